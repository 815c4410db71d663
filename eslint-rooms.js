import { dirname, relative, resolve } from 'node:path';

/**
 * The rooms of src from the top floor to the ground. Imports run down only: a file imports what is in its own room or on a floor
 * below. Rooms on one floor do not know each other.
 */
const floors = [
  ['src/main.ts'],
  ['src/cli/', 'src/signals.ts'],
  ['src/server/control/'],
  ['src/server/inspect/'],
  ['src/server/worker/'],
  ['src/server/listen/', 'src/server/metrics/'],
  ['src/server/'],
  ['src/plugins/plugins.ts'],
  ['src/plugins/*/'],
  ['src/plugins/'],
  ['src/registry/export/'],
  ['src/registry/explain/', 'src/registry/search/'],
  ['src/registry/registry.ts'],
  ['src/registry/publish/'],
  ['src/registry/store/', 'src/registry/allocation/', 'src/registry/check/', 'src/registry/sources/'],
  ['src/registry/decode/', 'src/registry/resolve/'],
  ['src/registry/model/'],
  ['src/kubernetes/', 'src/dynamic-update/', 'src/table/', 'src/collections/'],
  ['src/sockets/', 'src/corefile/', 'src/expression/', 'src/go-template/'],
  ['src/wire/'],
  ['src/runtime/'],
];

/** What a plugin has in its folder is its own; the server knows the seam and the list. */
const privateTo = { 'src/plugins/*/': 'src/plugins/plugins.ts' };

/** The room of a file of src, its floor, and what `*` in the room stands for; `undefined` for other files. */
function placeOf(file) {
  for (const [floor, rooms] of floors.entries()) {
    for (const room of rooms) {
      const pattern = new RegExp(`^${room.replace('*', '([^/]+)')}`);
      const match = pattern.exec(file);
      if (match) return { floor, room, which: match[1] };
    }
  }
  return undefined;
}

export const rooms = {
  meta: { type: 'problem', schema: [], messages: { up: '{{from}} must not import {{to}}: imports run down only.' } },
  create(context) {
    const from = relative(context.cwd, context.filename);
    const own = placeOf(from);
    const check = ({ source }) => {
      if (!own || typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
      const to = relative(context.cwd, resolve(dirname(context.filename), source.value));
      const other = placeOf(to);
      if (!other) return;
      const isSame = other.room === own.room && other.which === own.which;
      const keeper = privateTo[other.room];
      const isAllowed = isSame || (other.floor > own.floor && (keeper === undefined || from === keeper));
      if (!isAllowed) context.report({ node: source, messageId: 'up', data: { from, to } });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};
