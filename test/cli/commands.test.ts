import { expect, test } from 'vitest';
import { flagsOf } from '../../src/cli/command.ts';
import { commandFor, commands, readWords } from '../../src/cli/commands.ts';
import { flagForm, helpText } from '../../src/cli/help.ts';

/** Examples of the program itself; the words are those of a shell without quotes. */
const examples = commands.flatMap(({ examples }) => examples).filter((each) => each.startsWith('serviceentry-dns '));

test('no two commands have one name, and no two flags of a command', () => {
  const names = commands.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const command of commands) {
    const flags = flagsOf(command).flatMap(({ name, short }) => [name, short ?? []].flat());
    expect(new Set(flags).size).toBe(flags.length);
  }
});

test.each(commands)("the help of '$name' has its flags and examples, at 80 columns", (command) => {
  const text = helpText(command, commands);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  const lines = text.split('\n').map((line) => line.trim());
  for (const flag of flagsOf(command)) {
    expect(lines.filter((line) => line.startsWith(`${flagForm(flag)}  `))).toHaveLength(1);
  }
  expect(lines).toEqual(expect.arrayContaining([...command.examples]));
});

test('the help of the server names the commands', () => {
  const [server, ...others] = commands;
  const lines = helpText(server!, commands).split('\n');
  for (const { name } of others) expect(lines.filter((line) => line.startsWith(`  ${name} `))).toHaveLength(1);
});

test.each(examples)('the example is understood: %s', (example) => {
  const [, ...words] = example.split(' ');
  const line = readWords(commandFor(words), words);
  // Only the words of the command itself are operands: no flag was taken for one.
  expect(line.operands.filter((each) => each.startsWith('-'))).toEqual([]);
});

test.each([
  [['explain', 'a.test', '-port', '1053'], ['a.test'], '1053'],
  [['explain', '--port=1053', 'a.test', 'SRV'], ['a.test', 'SRV'], '1053'],
  [['explain', '-port', '1', 'a.test', '-port', '2'], ['a.test'], '2'],
  [['explain', '--', '-port'], ['-port'], undefined],
])('%j: flags may stand anywhere', (words, operands, port) => {
  const line = readWords(commandFor(words), words);
  expect([line.operands, line.text('port')]).toEqual([operands, port]);
});
