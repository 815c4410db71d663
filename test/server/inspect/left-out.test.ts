import { describe, expect, it } from 'vitest';
import { serviceEntry } from '../../semantics/case.ts';
import { inspect } from './inspect.ts';

const vip = 'addresses: [10.9.0.4]';
/** Six faults of other people, which come first. */
const noise = Array.from({ length: 6 }, (_, i) =>
  serviceEntry(`a-team/n${i}`, `hosts: [10.0.0.${i}], addresses: [10.9.1.${i}]`),
).join('');
const urls = serviceEntry(
  'shop/urls',
  `hosts: ["https://api.mesh.test", "cart.mesh.test:8443", "My_Cart.mesh.test", "trail.mesh.test ", "*.my_zone.test", "bücher.example", good.mesh.test], ${vip}`,
);
const rejected = serviceEntry(
  'shop/both',
  'hosts: [both.mesh.test, "*.wild.test"], resolution: STATIC, endpoints: [{ address: 10.6.1.1 }], workloadSelector: { labels: { app: 1 } }',
);
const typed = serviceEntry('shop/kind', 'hosts: [kind.mesh.test], addresses: [10.9.0.7]').replace(
  'kind: ServiceEntry',
  'kind: serviceentry',
);
const objects = noise + urls + rejected + typed;

async function warningsOf(name: string, type?: string): Promise<readonly string[]> {
  return (await inspect({ objects }).explain({ name, type })).warnings;
}

describe('what is left out and concerns the name comes first', () => {
  it.each([
    ['api.mesh.test', 'https://api.mesh.test', 'spec.hosts[0]: the host is a URL; expected a name without a URL'],
    ['cart.mesh.test', 'cart.mesh.test:8443', 'spec.hosts[1]: the host contains a colon'],
    ['CART.mesh.test.', 'cart.mesh.test:8443', 'spec.hosts[1]: the host contains a colon'],
    ['_http._tcp.cart.mesh.test', 'cart.mesh.test:8443', 'spec.hosts[1]: the host contains a colon'],
    ['my-cart.mesh.test', 'My_Cart.mesh.test', 'spec.hosts[2]: the host contains _'],
    ['my_cart.mesh.test', 'it', 'spec.hosts[2]: the host contains _'],
    ['trail.mesh.test', '"trail.mesh.test "', 'spec.hosts[3]: the host contains a blank'],
    ['x.my-zone.test', '*.my_zone.test', 'spec.hosts[4]: the host contains _'],
    [
      'bücher.example',
      '"bücher.example"',
      'spec.hosts[5]: the host contains a character outside ASCII; write xn--bcher-kva',
    ],
    [
      'xn--bcher-kva.example',
      '"bücher.example"',
      'spec.hosts[5]: the host contains a character outside ASCII; write xn--',
    ],
  ])('%s', async (name, written, why) => {
    const [first, ...others] = await warningsOf(name);
    expect(first).toContain(`shop/urls has ${written}, which is left out: ${why}`);
    expect(others.filter((each) => !each.includes('left out for reasons that have nothing'))).toEqual([]);
  });

  it.each([
    ['both.mesh.test', 'shop/both has it, but is left out: spec.workloadSelector'],
    ['x.wild.test', 'shop/both has *.wild.test, but is left out: spec.workloadSelector'],
    ['kind.mesh.test', 'shop/kind has it, but is left out: kind serviceentry: did you mean ServiceEntry?'],
    ['10.9.0.7', 'shop/kind has it, but is left out: kind serviceentry: did you mean ServiceEntry?'],
    ['10.0.0.3', 'a-team/n3 has it, which is left out: spec.hosts[0]: the host ends in a label of digits only'],
  ])('%s, all of whose object is left out', async (name, text) => {
    const [first] = await warningsOf(name);
    expect(first).toContain(text);
  });

  it('says so where the name is matched, and not that no ServiceEntry has it', async () => {
    const { registry } = await inspect({ objects }).explain({ name: 'both.mesh.test' });
    expect(registry!.match.tried[0]).toEqual({
      what: 'host both.mesh.test',
      result: 'shop/both has it, but is left out',
    });
    const { registry: other } = await inspect({ objects }).explain({ name: 'api.mesh.test' });
    expect(other!.match.tried[0]!.result).toBe('shop/urls has https://api.mesh.test, which is left out');
  });

  it('the others are counted', async () => {
    const { registry, warnings } = await inspect({ objects }).explain({ name: 'nothing.test' });
    expect(registry!.leftOut).toEqual({ items: [], others: 21 });
    expect(warnings).toEqual([
      '21 parts of the registry are left out for reasons that have nothing to do with the name: the log and /status of admin list them',
    ]);
  });

  it('as data there are all that concern the name', async () => {
    const many = Array.from({ length: 30 }, (_, i) => serviceEntry(`shop/n${i}`, `hosts: ["http://a.test"], ${vip}`));
    const { registry, warnings } = await inspect({ objects: many.join('') }).explain({ name: 'a.test' });
    expect(registry!.leftOut.items.filter(({ field }) => field === 'spec.hosts[0]')).toHaveLength(30);
    expect(registry!.leftOut.items[0]).toEqual({
      reason: 'host',
      object: 'ServiceEntry shop/n0',
      field: 'spec.hosts[0]',
      message: 'found "http://a.test"; the host is a URL; expected a name without a URL',
      origin: expect.any(String) as string,
    });
    expect(warnings.filter((each) => each.includes('has http://a.test'))).toHaveLength(30);
  });

  it('a name that is answered is told of its own parts alone, and so is an address', async () => {
    expect(await warningsOf('10.9.0.4')).toEqual([]);
    const ofIt = await warningsOf('good.mesh.test');
    expect(ofIt).toHaveLength(6);
    for (const each of ofIt) expect(each).toContain('ServiceEntry shop/urls: spec.hosts[');
  });

  it.each([
    [['a.test', 'b.test'], 'x.yaml:3:5 cannot be read, and speaks of it: a brace is missing'],
    [undefined, 'x.yaml:3:5 cannot be read, and may have it: a brace is missing'],
    [['b.test'], undefined],
  ])('a document that does not parse and has %j', async (written, text) => {
    const fault = {
      reason: 'parse',
      object: '',
      field: '',
      message: 'a brace is missing',
      origin: 'x.yaml:3:5',
    } as const;
    const inspector = inspect({ rejections: [written ? { ...fault, written } : fault] });
    const { warnings } = await inspector.explain({ name: 'a.test' });
    if (text === undefined) expect(warnings[0]).toContain('1 part of the registry is left out');
    else expect(warnings).toEqual([text]);
  });
});
