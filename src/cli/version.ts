import packageJson from '../../package.json' with { type: 'json' };

/** What the bundle was built of: the bundler puts a text in its place. */
declare const BUILD_COMMIT: string | undefined;

export const version = packageJson.version;
/** The commit that the program was built of, '' where it runs from the source. */
export const commit = typeof BUILD_COMMIT === 'string' ? BUILD_COMMIT : '';

/** The three parts of CoreDNS's: program, system with what runs it, commit. */
export function versionText(): string {
  const system = `${process.platform}/${process.arch}, node ${process.versions.node}`;
  return `serviceentry-dns-${version}\n${[system, commit].filter((part) => part !== '').join(', ')}\n`;
}
