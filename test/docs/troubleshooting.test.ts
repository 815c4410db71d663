import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingForRoot } from '../support/machine.ts';
import { blocksUnder, headingsOf } from './markdown.ts';
import { isNotRun } from './runners.ts';
import { Session } from './session.ts';
import { symptoms } from './symptoms.ts';

const page = 'docs/troubleshooting.md';
const missing = missingForRoot(page, 'unshare', 'nsenter', 'ip', 'dig', 'curl', 'setpriv');
const headings = headingsOf(readFileSync(page, 'utf8').split('\n'))
  .filter(({ level }) => level === 2)
  .map(({ text }) => text);

/** The transcripts under a heading. */
function shown(heading: string) {
  return blocksUnder(page, heading).filter((block) => block.language === 'text' && !isNotRun(block));
}

describe('docs/troubleshooting.md', () => {
  it('shows each symptom that is made here, and no others', () => {
    expect(headings.filter((heading) => shown(heading).length > 0)).toEqual(Object.keys(symptoms));
  });

  it('says of each the cause and the fix', () => {
    const text = readFileSync(page, 'utf8');
    expect(text.match(/^- \*\*Cause:\*\*/gm)).toHaveLength(headings.length - 1);
    expect(text.match(/^- \*\*Fix:\*\*/gm)).toHaveLength(headings.length - 1);
  });
});

describe.skipIf(missing !== '')('a symptom is seen as the page shows it', () => {
  let session: Session;

  beforeAll(async () => {
    session = await Session.start();
  });

  afterAll(() => session.stop());

  it.each(Object.entries(symptoms))(
    '%s',
    async (heading, { files = {}, others = [], startsNothing, then, by }) => {
      await session.begin(files, by);
      if (startsNothing !== true) await session.serve('serviceentry-dns -conf Corefile');
      for (const name of others) await session.serve(`serviceentry-dns -conf ${name}`, name);
      if (then !== undefined) await session.run(then);
      await session.follow(shown(heading));
    },
    120_000,
  );
});
