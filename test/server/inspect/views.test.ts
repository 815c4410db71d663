import { describe, expect, it } from 'vitest';
import { configOfText } from '../../support/running.ts';
import { inspectConfig } from './inspect.ts';

const view = (name: string, expression: string): string => `view ${name} {\nexpr ${expression}\n}\n`;
const config = configOfText(
  `example.org {\n${view('internal', "incidr(client_ip(), '10.0.0.0/8')")}whoami\n}\n` +
    `example.org {\nmetadata\n${view('texts', "type() == 'TXT' && metadata('view/name') == 'texts'")}any\n}\n` +
    `org {\n${view('never', 'false')}whoami\n}\norg {\nbufsize 600\nwhoami\n}\n` +
    `com {\n${view('internal', "incidr(client_ip(), '10.0.0.0/8')")}whoami\n}\n`,
);

describe('explain finds the server block by its view', () => {
  const plugins = (...names: readonly string[]) => names;

  it.each([
    ['a.example.org', 'A', '10.0.0.1', 'example.org.:53', plugins('whoami', 'view'), "view 'internal'"],
    ['a.example.org', 'TXT', '192.0.2.1', 'example.org.:53', plugins('metadata', 'any', 'view'), "view 'texts'"],
    ['a.example.org', 'A', '192.0.2.1', 'org.:53', plugins('bufsize', 'whoami'), 'that without a view'],
    ['b.org', 'A', '10.0.0.1', 'org.:53', plugins('bufsize', 'whoami'), 'that without a view'],
  ])('%s %s of %s', async (name, type, client, key, names, taker) => {
    const inspector = inspectConfig(config, []);
    const { block, warnings, reply } = await inspector.explain({ name, type, client, isMeshed: false });
    expect(block).toEqual({ key, plugins: names });
    expect(warnings[0]).toContain(`goes to ${taker}: `);
    expect(reply?.rcode).toBe(names.includes('whoami') ? 'NOERROR' : 'REFUSED');
  });

  it('says where no view takes it', async () => {
    const { block, warnings } = await inspectConfig(config, []).explain({
      name: 'a.com',
      client: '192.0.2.1',
      isMeshed: false,
    });
    expect(block).toBeNull();
    expect(warnings).toEqual(['no view of a server block for a.com. takes the query: the reply is REFUSED']);
  });
});
