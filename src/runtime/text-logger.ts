import type { LogDestination } from './log-destination.ts';
import type { Logger } from './logger.ts';

// C0 and C1 controls, DEL, and what Unicode takes for a line end or a change of direction.
const unsafeCharacter = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const unsafeCharacters = new RegExp(unsafeCharacter, 'g');

/** CoreDNS's lines, `[LEVEL] message`. Fields are not shown. */
export class TextLogger implements Logger {
  debugs: boolean;
  readonly ignoresFields = true;
  readonly #destination: LogDestination;

  constructor(destination: LogDestination, debugs = false) {
    this.#destination = destination;
    this.debugs = debugs;
  }

  debug(message: string): void {
    if (this.debugs) this.#write('[DEBUG] ', message);
  }

  info(message: string): void {
    this.#write('[INFO] ', message);
  }

  warning(message: string): void {
    this.#write('[WARNING] ', message);
  }

  error(message: string): void {
    this.#write('[ERROR] ', message);
  }

  flush(): void {
    this.#destination.flush();
  }

  #write(level: string, message: string): void {
    this.#destination.write(`${level}${oneLine(message)}\n`);
  }
}

/** Names and reasons come from the network: what could start a line of its own or steer a terminal becomes `\uXXXX`. */
function oneLine(message: string): string {
  if (!unsafeCharacter.test(message)) return message;
  return message.replace(
    unsafeCharacters,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
