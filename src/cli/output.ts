/** Writes to standard output; resolves when the pipe has taken it. A pipe that was closed is the end of it, in silence. */
export function write(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}
