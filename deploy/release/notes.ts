import { readFileSync } from 'node:fs';
import packageJson from '../../package.json' with { type: 'json' };

// `node deploy/release/notes.ts TAG` prints what CHANGELOG.md says of the version that is checked out, for the page of the release.
// Fails where the tag is another one, or where the version has no section of its own: then it is not ready.

const [tag] = process.argv.slice(2);
const { version } = packageJson;
if (tag !== `v${version}`)
  fail(`the tag is '${tag ?? ''}', and the version in package.json is ${version}: expected v${version}`);
const sections = readFileSync('CHANGELOG.md', 'utf8').split(/^## /m);
const section = sections.find((text) => text.startsWith(`[${version}]`));
if (section === undefined) fail(`CHANGELOG.md has no section [${version}]: name what was unreleased after it`);
process.stdout.write(section.slice(section.indexOf('\n') + 1).trimStart());

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
