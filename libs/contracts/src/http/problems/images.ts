import type { ProblemTable } from './problem-table.js';

/** Of images of coupons (D4): each reason has its own code, so that a page can say what to do. */
export const imageProblems = {
  image_not_found: {
    status: 404,
    title: 'No such image',
    mend: 'Upload the image and use the id of the answer; one that no coupon uses is forgotten after a day.',
  },
  image_too_large: {
    status: 413,
    title: 'The image has too many bytes',
    mend: 'Send at most 5 MB (5,000,000 bytes).',
  },
  image_type_unsupported: {
    status: 415,
    title: 'The content is not PNG, JPEG or WebP',
    mend: 'Convert it to PNG, JPEG or WebP; the name and the content type do not count, the bytes do.',
  },
  image_is_svg: {
    status: 415,
    title: 'SVG is not taken',
    mend: 'Export it as PNG: SVG may carry scripts.',
  },
  image_broken: {
    status: 422,
    title: 'The image cannot be decoded',
    mend: 'Export it once more: it is cut off or damaged.',
  },
  image_too_small: {
    status: 422,
    title: 'The image is too small',
    mend: 'Send one of at least 640 × 360 pixels.',
  },
  image_too_many_pixels: {
    status: 422,
    title: 'The image has too many pixels',
    mend: 'Send one of at most 40 million pixels.',
  },
} as const satisfies ProblemTable;
