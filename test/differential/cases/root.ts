import { block, type PluginCases } from '../case.ts';
import { starts } from '../starts.ts';

export const rootCases: PluginCases = {
  plugin: 'root',
  groups: [
    {
      name: 'of a hosts file',
      corefile: block('root %DIR/sub\nhosts my.hosts'),
      files: { 'sub/my.hosts': '192.0.2.9 www.example\n' },
      asks: ['www.example. A'],
    },
    {
      name: 'does not concern absolute paths',
      corefile: block('root %DIR/sub\nhosts %DIR/my.hosts'),
      files: { 'my.hosts': '192.0.2.9 www.example\n', 'sub/x': '' },
      asks: ['www.example. A'],
    },
  ],
  starts: [
    ...starts('starts', 'root /tmp', 'root .', 'root /nothere/at/all'),
    ...starts('refuses', 'root', 'root a b', 'root {\nx\n}'),
  ],
};
