import { existsSync, readFileSync } from 'node:fs';
import type { buildPage } from './page/build.ts';

/** The files of the page by their names, without a directory. */
export type Assets = ReadonlyMap<string, Buffer>;

/** The page as `npm run build` puts it beside the program, each with this in front of its name. */
export const assetPrefix = 'dashboard-page-';
export const assetNames = ['index.html', 'app.js', 'app.css'] as const;

interface Builder {
  readonly buildPage: typeof buildPage;
}

/** Reads the page that stands beside the program. From the source there is none: esbuild makes it, which takes a tenth of a second. */
export async function loadAssets(): Promise<Assets> {
  const fileOf = (name: string): URL => new URL(`./${assetPrefix}${name}`, import.meta.url);
  if (existsSync(fileOf('index.html'))) return new Map(assetNames.map((name) => [name, readFileSync(fileOf(name))]));
  // Not a name that is followed when the program is bundled.
  const builder = new URL('./page/build.ts', import.meta.url).href;
  const { files } = await ((await import(builder)) as Builder).buildPage();
  return files;
}
