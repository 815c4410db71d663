import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makePlugins } from '../../src/plugins/plugins.ts';
import type { Plugin } from '../../src/plugins/plugin.ts';
import { fencedBlocks } from '../docs/markdown.ts';

const plugins = makePlugins();
const names = plugins.map(({ name }) => name);
const folders = readdirSync('src/plugins', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('the list of plugins', () => {
  it('has each folder once, and nothing else', () => {
    expect([...names].sort()).toEqual([...folders].sort());
  });

  it('has what the folder of each defines', async () => {
    for (const plugin of plugins) {
      const module = (await import(`../../src/plugins/${plugin.name}/${plugin.name}.ts`)) as Record<string, unknown>;
      const defined = Object.values(module).map((each) =>
        typeof each === 'function' ? (each as () => Plugin<unknown>)() : (each as Plugin<unknown>),
      );
      expect(defined.map((each) => shapeOf(each))).toEqual([shapeOf(plugin)]);
    }
  });

  it('has only plugins that do something', () => {
    for (const plugin of plugins) {
      expect(
        ['settings', 'control', 'query'].some((part) => part in plugin),
        plugin.name,
      ).toBe(true);
    }
  });
});

describe.each(names)('%s', (name) => {
  it('has its files, its document and its tests', () => {
    expect(existsSync(`src/plugins/${name}/${name}.ts`)).toBe(true);
    expect(existsSync(`test/plugins/${name}`)).toBe(true);
    expect(existsSync(`src/plugins/${name}/README.md`)).toBe(true);
  });

  it('has an example in its document, which test/docs/corefiles.test.ts starts', () => {
    const examples = fencedBlocks(`src/plugins/${name}/README.md`).filter(({ language }) => language === 'corefile');
    expect(examples.some(({ text }) => new RegExp(`^\\s+${name}\\b`, 'm').test(text))).toBe(true);
  });
});

/** The parts that a plugin has. */
function shapeOf(plugin: Plugin<unknown>): readonly string[] {
  return [plugin.name, ...Object.keys(plugin).sort()];
}
