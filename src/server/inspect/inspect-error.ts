/** What was asked for makes no sense; the message is for who asked. */
export class InspectError extends Error {
  override readonly name = 'InspectError';
}
