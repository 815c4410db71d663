import { closeUnwantedDebugger, HeldSignals } from './runtime/held-signals.ts';

/**
 * Taken when this is imported, which must be before all else: until then a SIGUSR1 opens Node's debugger. The option of Node
 * that forbids it, --disable-sigusr1, blocks the signal, so that the program would never hear of it.
 */
export const signals = new HeldSignals(process);
closeUnwantedDebugger([...process.execArgv, process.env.NODE_OPTIONS ?? '']);
