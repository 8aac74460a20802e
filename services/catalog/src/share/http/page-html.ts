import { notNow, type SharedPage, terms } from '../domain/shared-page.js';
import { pageStyle } from './page-style.js';

/** The page behind a shared link: a card for people, a preview for messengers. No script. */
export function sharedPageHtml(page: SharedPage): string {
  const hindrance = notNow(page);
  const [name, channel] = [escaped(page.name), escaped(page.channelName)];
  return document(
    `${name} · ${channel}`,
    previewTags(page, hindrance),
    `${page.image === null ? '' : `<img src="${escaped(page.image.src)}" alt="" width="640" height="360">`}
     <div class="text">
       <p class="channel">${channel}</p>
       <h1>${name}</h1>
       <p class="description">${escaped(page.description)}</p>
       ${hindrance === null ? '' : `<p class="hindrance" role="status">${escaped(hindrance)}</p>`}
       ${terms(page)
         .map((line) => `<p class="terms">${escaped(line)}</p>`)
         .join('')}
       ${page.status === 'finished' ? '' : `<a class="open" href="${escaped(page.appUrl)}">Open in the app</a>`}
       ${page.getAppUrl === null ? '' : `<a class="get" href="${escaped(page.getAppUrl)}">Get the app</a>`}
     </div>`,
  );
}

export function noPageHtml(): string {
  return document(
    'No such coupon',
    '',
    `<div class="text"><h1>This link leads nowhere</h1>
     <p class="description">It was withdrawn, or a character of it got lost on the way.</p></div>`,
  );
}

function previewTags(page: SharedPage, hindrance: string | null): string {
  const description = hindrance ?? page.description;
  const properties: Record<string, string> = {
    'og:type': 'website',
    'og:site_name': page.channelName,
    'og:title': page.name,
    'og:description': description,
    'og:url': page.url,
    ...(page.image !== null && {
      'og:image': page.image.absoluteUrl,
      'og:image:width': '1280',
      'og:image:height': '720',
    }),
  };
  const names: Record<string, string> = {
    description,
    'twitter:card': page.image === null ? 'summary' : 'summary_large_image',
    'twitter:title': page.name,
    'twitter:description': description,
    ...(page.image !== null && { 'twitter:image': page.image.absoluteUrl }),
  };
  return [
    ...Object.entries(properties).map(
      ([key, value]) => `<meta property="${key}" content="${escaped(value)}">`,
    ),
    ...Object.entries(names).map(([key, value]) => `<meta name="${key}" content="${escaped(value)}">`),
  ].join('\n');
}

function document(title: string, tags: string, card: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
${tags}
<style>${pageStyle}</style>
</head>
<body><main>${card}</main></body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For texts and for quoted attributes. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
