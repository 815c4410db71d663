/** What is wrong with a template, or went wrong when it was executed. It leaves this folder as a result, not as an exception. */
export class TemplateFault extends Error {
  /** Where, in characters from 0; `undefined` where that is not known. */
  readonly at: number | undefined;

  constructor(message: string, at?: number) {
    super(message);
    this.at = at;
  }
}
