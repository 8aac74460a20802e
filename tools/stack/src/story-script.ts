/** The address that README.md is written for; a reader copies it as it stands. */
const README_ADDRESS = 'http://127.0.0.1:8080';

/** One step of the story: what the reader types, and what the README says that it prints. */
export interface StoryPart {
  readonly commands: string;
  /** Line by line, `<id>` standing for any id; undefined where the README does not say. */
  readonly prints: readonly string[] | undefined;
}

/** The blocks of a Markdown text whose info string is `sh story`, each with the `text story` block that follows it. */
export function extractStory(markdown: string): StoryPart[] {
  const fenced = /^```(sh|text) story[^\S\n]*\n([\s\S]*?)^```[^\S\n]*$/gm;
  const parts: { commands: string; prints: string[] | undefined }[] = [];
  for (const [, kind, body = ''] of markdown.matchAll(fenced)) {
    const last = parts.at(-1);
    if (kind === 'sh') parts.push({ commands: body, prints: undefined });
    else if (last !== undefined) last.prints = body.trimEnd().split('\n');
  }
  return parts;
}

/** One bash script of all parts, so that variables live on from part to part, for a front door elsewhere. */
export function storyScript(parts: readonly StoryPart[], frontDoorUrl: string): string {
  const trap = `trap 'echo "The story failed at: $BASH_COMMAND" >&2' ERR`;
  const text = parts.map((part, index) => `echo '${marker(index)}'\n${part.commands}`);
  return [trap, ...text].join('\n').replaceAll(README_ADDRESS, frontDoorUrl);
}

/** Where what the script printed is not what the README says: one line each, empty when the story holds. */
export function deviations(parts: readonly StoryPart[], output: string): string[] {
  return parts.flatMap(({ prints }, index) => {
    if (prints === undefined) return [];
    const printed = printedBy(index, output);
    const length = Math.max(prints.length, printed.length);
    return Array.from({ length }, (_, line) => line)
      .filter((line) => !matches(prints[line], printed[line]))
      .map(
        (line) =>
          `part ${index + 1}, line ${line + 1}: ${said(prints[line])}, but it printed ${shown(printed[line])}`,
      );
  });
}

function marker(index: number): string {
  return `— story, part ${index + 1}`;
}

function printedBy(index: number, output: string): string[] {
  const [, after = ''] = output.split(`${marker(index)}\n`);
  const [own = ''] = after.split(`${marker(index + 1)}\n`);
  return own.trimEnd().split('\n');
}

function matches(expected: string | undefined, actual: string | undefined): boolean {
  if (expected === undefined || actual === undefined) return false;
  if (expected === '<id>') return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(actual);
  return expected === actual;
}

const said = (line: string | undefined): string =>
  line === undefined ? 'README says nothing' : `README says "${line}"`;
const shown = (line: string | undefined): string => (line === undefined ? 'nothing' : `"${line}"`);
