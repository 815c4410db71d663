export const responseClasses = ['success', 'denial', 'error'] as const;
/** What a reply comes to: an answer, a name or type that does not exist, or a failure. */
export type ResponseClass = (typeof responseClasses)[number];

export interface LogConfig {
  /** In file order; the first whose zone the name is in decides. */
  readonly rules: readonly LogRule[];
}

export interface LogRule {
  /** Lower-case and absolute. */
  readonly zone: string;
  /** With placeholders; `{common}` and `{combined}` are expanded. */
  readonly format: string;
  readonly classes: readonly ResponseClass[];
  /** One of so many queries is logged, on average. 1 to 65,536. */
  readonly sample: number;
}
