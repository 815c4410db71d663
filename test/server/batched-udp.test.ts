import { loadAddon } from '../../src/server/listen/batched/addon.ts';
import { makeListenBatched } from '../../src/server/listen/batched/listen.ts';
import { bindSystemCalls } from '../../src/server/listen/batched/system-calls.ts';
import { describeUdpListener } from './listener-conformance.ts';

const calls = bindSystemCalls(loadAddon());

describeUdpListener('UDP in batches', makeListenBatched(calls));
