import { expect, test } from 'vitest';
import { assetNames, loadAssets } from '../../../src/plugins/dashboard/assets.ts';

/** What the page weighs, in octets. */
const maxBytes = 100_000;

test('the page is made of its source, small, and names nothing that is elsewhere', async () => {
  const assets = await loadAssets();
  expect([...assets.keys()].sort()).toEqual([...assetNames].sort());
  const sizes = Array.from(assets.values(), ({ length }) => length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(maxBytes);
  for (const [name, text] of assets) {
    // Namespaces are names, and are not loaded.
    const urls = (text.toString().match(/(?:https?:)?\/\/[\w.-]+\.\w+[^\s"'`)]*/g) ?? []).filter(
      (url) => !url.includes('www.w3.org/'),
    );
    expect([name, urls]).toEqual([name, []]);
  }
});
