import type { LogFields, Logger, LogLevel } from '../../src/runtime/logger.ts';

/** A logger that keeps its lines for a test to read. */
export class RecordingLogger implements Logger {
  readonly lines: { level: LogLevel; message: string; fields: LogFields | undefined }[] = [];
  readonly debugs = true;

  debug(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'debug', message, fields });
  }
  info(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'info', message, fields });
  }
  warning(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'warning', message, fields });
  }
  error(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'error', message, fields });
  }
  flush(): void {
    // Nothing is buffered.
  }
}
