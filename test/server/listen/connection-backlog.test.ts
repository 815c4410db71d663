import { expect, test } from 'vitest';
import { connectionBacklog } from '../../../src/server/listen/stream-listener.ts';

test.each([
  [1, 1],
  [3, 1],
  [100, 50],
  [1000, 500],
  [5000, 512],
])('where %i connections may be open, %i wait to be accepted', (maxConnections, backlog) => {
  expect(connectionBacklog(maxConnections)).toBe(backlog);
});
