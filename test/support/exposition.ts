/** A metric as Prometheus reads it. */
export interface ParsedFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly ParsedSample[];
}

export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the text exposition format 0.0.4, and throws for what is not of it. */
export function parseExposition(text: string): ParsedFamily[] {
  const families: { name: string; help: string; type: string; samples: ParsedSample[] }[] = [];
  for (const line of text.split('\n')) {
    const [, keyword, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === 'HELP') families.push({ name: name!, help: rest!, type: '', samples: [] });
    else if (keyword === 'TYPE') {
      if (families.at(-1)?.name !== name) throw new Error(`TYPE of ${name!} without its HELP`);
      families.at(-1)!.type = rest!;
    } else if (line !== '') families.at(-1)!.samples.push(parseSample(line));
  }
  return families;
}

function parseSample(line: string): ParsedSample {
  const [, name, , labelText, value] = /^([a-zA-Z_:][\w:]*)(\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  for (const [, label, text] of (labelText ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)) {
    if (labels[label!] !== undefined) throw new Error(`label ${label!} twice: ${line}`);
    labels[label!] = text!;
  }
  const number = value === '+Inf' ? Infinity : Number(value);
  if (Number.isNaN(number)) throw new Error(`no number: ${line}`);
  return { name, labels, value: number };
}

/** The value of the sample with this name and at least these labels; 0 where there is none, an error where there are several. */
export function valueOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const samples = parseExposition(text)
    .flatMap((family) => family.samples)
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value));
  if (samples.length > 1) throw new Error(`${samples.length} samples are ${name} ${JSON.stringify(labels)}`);
  return samples[0]?.value ?? 0;
}
