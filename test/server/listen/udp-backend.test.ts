import { expect, onTestFinished, test } from 'vitest';
import { loadAddon } from '../../../src/runtime/addon.ts';
import { chooseUdpBackend } from '../../../src/server/listen/udp-backend.ts';
import { connectDgram } from '../../../src/sockets/connect-dgram.ts';
import { listenUdp } from '../../../src/server/listen/udp.ts';
import { encodeQuery } from '../../support/query.ts';
import { oneWorker, startListener } from '../harness.ts';
import { UdpClient } from './udp-client.ts';

test('Linux has batches', async () => {
  const { listen, problem } = chooseUdpBackend('linux', oneWorker);
  expect(problem).toBeUndefined();
  expect(listen).not.toBe(listenUdp);
  const { listener } = await startListener(listen);
  onTestFinished(() => listener.close());
  const client = await UdpClient.open(listener.local.port);
  onTestFinished(() => client.close());
  await client.send(encodeQuery('a', 'A', { id: 4 }));
  expect((await client.next()).readUInt16BE(0)).toBe(4);
});

test('another system has the portable form, and that is no problem', () => {
  expect(chooseUdpBackend('darwin', oneWorker)).toEqual({ listen: listenUdp, connect: connectDgram });
});

test.each([
  [
    'cannot be loaded',
    () => {
      throw new Error("Cannot find module 'koffi'\nRequire stack:\n- /app/worker.js");
    },
    "Cannot find module 'koffi'",
  ],
  [
    'lacks what is called',
    () => ({
      ...loadAddon(),
      load: () => ({
        func: () => {
          throw new Error("Cannot find function 'recvmmsg' in shared library");
        },
      }),
    }),
    "Cannot find function 'recvmmsg' in shared library",
  ],
])('Linux has the portable form where the addon %s', (_title, load, problem) => {
  expect(chooseUdpBackend('linux', oneWorker, load)).toEqual({ listen: listenUdp, connect: connectDgram, problem });
});
