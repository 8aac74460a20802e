import { problemCodes } from '#contracts';
import type { GeneratedFile } from './generated-file.js';

/** docs/problems.md: every stable code with which an edge can refuse. */
export function problemsPage(): GeneratedFile {
  const rows = Object.entries(problemCodes).map(
    ([code, { status, title, mend }]) => `| \`${code}\` | ${status} | ${title} | ${mend} |`,
  );
  return {
    path: 'docs/problems.md',
    content: `<!-- Made by \`npm run generate\` from libs/contracts/src/http/problem.ts. -->

# Problems

Every refusal is \`application/problem+json\` (RFC 9457). Switch on \`code\`: it is stable. \`type\` is
\`urn:octopus-coupons:problem:<code>\`.

| code | status | what happened | what to do |
| --- | --- | --- | --- |
${rows.join('\n')}
`,
  };
}
