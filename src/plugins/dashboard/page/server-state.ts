import type { Status } from '../api.ts';

/** How the server is, in words. */
export interface ServerState {
  readonly level: 'good' | 'warning' | 'bad' | 'unknown';
  readonly text: string;
}

/** `error`: why it could not be asked. */
export function serverState(status: Status | undefined, error: string): ServerState {
  if (error !== '') return { level: 'bad', text: error };
  if (!status) return { level: 'unknown', text: 'Asking the server' };
  const { registries, corefile } = status;
  const unsynced = registries.filter(({ isSynced }) => !isSynced);
  if (unsynced.length > 0) return { level: 'warning', text: 'Reading the registry' };
  if (corefile.hasFailed) return { level: 'warning', text: 'The last reload failed' };
  if (registries.some(({ watches }) => watches.some(({ trouble }) => trouble !== '')))
    return { level: 'warning', text: 'A source has trouble' };
  return { level: 'good', text: 'In order' };
}
