import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Folders that pages are served from. */
export interface PageFolders {
  /** The story page and the frame of the API reference. */
  public: string;
  /** `<service>.openapi.json` */
  openApi: string;
  swaggerUi: string;
  /** libs/qr-codes as it was built: the story's phone computes its codes with it. */
  qrCodes: string;
}

/**
 * Finds the folders from the nearest package.json upwards: the same from the sources, from dist and in the image, as
 * Node needs that package.json to resolve `#contracts`.
 */
export function pageFolders(from: string): PageFolders {
  let root = from;
  while (!existsSync(join(root, 'package.json'))) {
    if (dirname(root) === root) throw new Error(`no package.json above ${from}`);
    root = dirname(root);
  }
  return {
    public: join(root, 'apps', 'front-door', 'public'),
    openApi: join(root, 'docs', 'api'),
    qrCodes: join(root, 'dist', 'libs', 'qr-codes', 'src'),
    swaggerUi: dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json')),
  };
}
