/** The address that README.md is written for; a reader copies it as it stands. */
export const README_ADDRESS = 'http://127.0.0.1:8080';

/** The fenced blocks of a Markdown text whose info string is `sh story`, in their order. */
export function extractStory(markdown: string): string[] {
  const blocks = markdown.matchAll(/^```sh story[^\S\n]*\n([\s\S]*?)^```[^\S\n]*$/gm);
  return [...blocks].map((block) => block[1] ?? '');
}

/** One bash script of all blocks, so that variables live on from block to block, for a front door elsewhere. */
export function storyScript(blocks: readonly string[], frontDoorUrl: string): string {
  const text = blocks.map(
    (block, index) => `echo "— story, part ${index + 1} of ${blocks.length}"\n${block}`,
  );
  const trap = `trap 'echo "The story failed at: $BASH_COMMAND" >&2' ERR`;
  return [trap, ...text].join('\n').replaceAll(README_ADDRESS, frontDoorUrl);
}
