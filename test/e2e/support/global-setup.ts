import type { TestProject } from 'vitest/node';
import { goTools, provide } from '../../deploy/go-tool.ts';
import { provideTools, type Tools } from './tools.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Absent on a machine without Go. */
    tools?: Tools;
  }
}

/** Has all programs in Go ready before the first test; building them takes minutes, once per machine. */
export async function setup(project: TestProject): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`e2e: ${line}\n`);
  const tools = await provideTools(say);
  if (tools === undefined) {
    const message = 'no Go and no binaries: the end-to-end suite cannot run';
    // A suite that is skipped where nobody looks is no suite.
    if (process.env.CI !== undefined) throw new Error(message);
    say('');
    say(`SKIPPED: ${message}. Install Go, or set KUBEBUILDER_ASSETS.`);
    say('');
    return;
  }
  // Several files need the same one, and would build it side by side; and tests beside a build are slow.
  for (const tool of goTools) await provide(tool);
  project.provide('tools', tools);
}
