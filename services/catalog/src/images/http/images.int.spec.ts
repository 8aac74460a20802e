import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import sharp, { type Sharp } from 'sharp';
import type { CouponReadiness, ImageView, Problem } from '#contracts';
import { findOrStartObjectStorage, type ObjectStorage } from '#servers';
import { newId } from '#testkit';
import { CatalogWorld, couponBody, type Owner } from '../../../test/catalog-world.js';
import { ImageFiles } from '../store/image-files.js';
import { RemoveUnusedImages } from '../remove-unused-images.js';

/** Each a picture of its own: no two tests share one. */
let shade = 0;
function picture(width = 800, height = 600): Sharp {
  shade += 1;
  return sharp({ create: { width, height, channels: 3, background: { r: shade, g: 90, b: 200 } } });
}

async function upload(
  world: CatalogWorld,
  owner: Owner | undefined,
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
  type = 'image/png',
): Promise<{ status: number; body: ImageView & Problem }> {
  const response = await fetch(`${await world.app.getUrl()}/v1/images`, {
    method: 'POST',
    headers: { 'content-type': type, ...(owner && { authorization: `Bearer ${owner.token}` }) },
    body,
    duplex: 'half',
  });
  return { status: response.status, body: (await response.json()) as ImageView & Problem };
}

async function rendition(world: CatalogWorld, url: string): Promise<Response> {
  return fetch(`${await world.app.getUrl()}${url.replace('/catalog', '')}`);
}

async function checkIsDue(world: CatalogWorld): Promise<void> {
  await world.database
    .ownerPool()
    .query("UPDATE image_check SET due_at = octopus_now() - interval '1 second'");
}

/** Longer ago than an image is kept for another draft that is open on a page. */
async function uploadedLongAgo(world: CatalogWorld, images: readonly ImageView[]): Promise<void> {
  const hashes = images.map(({ renditions }) => renditions[0]?.url.split('/').at(-2));
  const sql = "UPDATE image_check SET uploaded_at = octopus_now() - interval '2 hours' WHERE hash = ANY ($1)";
  await world.database.ownerPool().query(sql, [hashes]);
}

describe.each(['a local folder', 'S3'])('images in %s', (where) => {
  let world: CatalogWorld;
  let owner: Owner;
  let storage: ObjectStorage | undefined;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'octopus-images-'));
    if (where === 'S3') storage = await findOrStartObjectStorage(process.env);
    world = await CatalogWorld.start(
      storage
        ? {
            CATALOG_S3_ENDPOINT: storage.endpoint,
            CATALOG_S3_BUCKET: storage.bucket,
            CATALOG_S3_ACCESS_KEY_ID: process.env['S3_ACCESS_KEY_ID'] ?? 'test',
            CATALOG_S3_SECRET_ACCESS_KEY: process.env['S3_SECRET_ACCESS_KEY'] ?? 'test',
          }
        : { CATALOG_IMAGES_FOLDER: folder },
    );
    owner = await world.owner();
  }, 240_000);
  afterAll(async () => {
    await world?.stop();
    await storage?.stop();
    await rm(folder, { recursive: true });
  }, 60_000);

  const editImage = (by: Owner, couponId: string, imageId: string | null) =>
    world.problem('PATCH', `/v1/coupons/${couponId}`, { token: by.token, ifMatch: '*', body: { imageId } });

  it('are six renditions of 16:9 that everybody may keep for ever, without what the camera noted', async () => {
    const noted = { IFD0: { Copyright: 'my-secret-place' } };
    const bytes = await picture().jpeg().withExif(noted).toBuffer();
    expect(bytes.includes('my-secret-place')).toBe(true);
    const { status, body } = await upload(world, owner, new Uint8Array(bytes), 'application/octet-stream');
    expect({ status, width: body.width, height: body.height }).toEqual({
      status: 201,
      width: 800,
      height: 600,
    });
    const seen = [];
    for (const { url, width, height, type } of body.renditions) {
      const response = await rendition(world, url);
      expect({ url, status: response.status }).toEqual({ url, status: 200 });
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(response.headers.get('content-type')).toBe(type);
      const content = Buffer.from(await response.arrayBuffer());
      expect(content.includes('my-secret-place')).toBe(false);
      const { width: w, height: h, format, exif } = await sharp(content).metadata();
      expect({ w, h, exif }).toEqual({ w: width, h: height, exif: undefined });
      seen.push(`${w}x${h} ${format}`);
    }
    expect(seen).toEqual([
      '1280x720 webp',
      '1280x720 jpeg',
      '640x360 webp',
      '640x360 jpeg',
      '320x180 webp',
      '320x180 jpeg',
    ]);
  });

  it('are the same for the same bytes, and another for another tenant', async () => {
    const bytes = new Uint8Array(await picture().webp().toBuffer());
    const [first, again] = [await upload(world, owner, bytes), await upload(world, owner, bytes)];
    expect(again.body).toEqual(first.body);
    const stranger = await world.owner();
    const theirs = await upload(world, stranger, bytes);
    expect(theirs.body.renditions[0]?.url).not.toBe(first.body.renditions[0]?.url);
    const read = await world.call<Problem>('GET', `/v1/images/${first.body.imageId}`, {
      token: stranger.token,
    });
    expect({ status: read.status, code: read.body.code }).toEqual({ status: 404, code: 'image_not_found' });
  });

  it('go with a coupon into its view, its snapshot and its copy; foreign and unknown ones do not', async () => {
    const { body: image } = await upload(world, owner, new Uint8Array(await picture().png().toBuffer()));
    const { imageId, renditions } = image;
    const coupon = await world.published(owner, { imageId });
    expect(coupon).toMatchObject({ imageId, image: { renditions } });
    expect(await world.snapshotAt(coupon.couponId, coupon.version)).toMatchObject({
      imageId,
      image: { renditions },
    });
    expect((await world.act(owner, coupon.couponId, 'duplicate')).body).toMatchObject({ imageId });

    const stranger = await world.owner();
    for (const foreign of [imageId, newId()]) {
      const body = couponBody(stranger, { imageId: foreign });
      const answers = [
        await world.problem('POST', '/v1/coupons', { token: stranger.token, body }),
        await editImage(stranger, (await world.create(stranger)).couponId, foreign),
      ];
      for (const { status, body: refused } of answers)
        expect({ ...refused, status }).toMatchObject({
          status: 404,
          code: 'image_not_found',
          errors: [{ pointer: '/imageId' }],
        });
    }
  });

  it('are exchanged after publication, too, but not taken away', async () => {
    const coupon = await world.published(owner);
    const { body: other } = await upload(world, owner, new Uint8Array(await picture().png().toBuffer()));
    const edited = await editImage(owner, coupon.couponId, other.imageId);
    expect(edited.body).toMatchObject({ image: { renditions: other.renditions } });
    expect(await world.snapshotAt(coupon.couponId, coupon.version + 1)).toMatchObject({
      image: { renditions: other.renditions },
    });
    const emptied = await editImage(owner, coupon.couponId, null);
    expect(emptied.body).toMatchObject({ code: 'invalid_request', errors: [{ pointer: '/imageId' }] });
  });

  it('whose files are lost publish no coupon, until they are uploaded once more', async () => {
    const bytes = new Uint8Array(await picture().png().toBuffer());
    const { body: image } = await upload(world, owner, bytes);
    const { couponId } = await world.create(owner, { imageId: image.imageId });
    const lost = image.renditions[4]?.url.split('/images/')[1] ?? '';
    await world.app.get(ImageFiles, { strict: false }).remove([lost]);

    const [refused, readiness] = [
      await world.act(owner, couponId, 'publish'),
      await world.call<CouponReadiness>('GET', `/v1/coupons/${couponId}/readiness`, { token: owner.token }),
    ];
    const errors = [{ pointer: '/imageId', message: expect.stringContaining('upload the image once more') }];
    expect(refused.body).toMatchObject({ code: 'missing_to_publish', errors });
    expect(readiness.body).toMatchObject({ ready: false, missing: [{ ...errors[0], step: 'details' }] });
    const taken = await editImage(owner, (await world.create(owner)).couponId, image.imageId);
    expect(taken.body).toMatchObject({ code: 'image_not_found', errors });

    expect((await upload(world, owner, bytes)).body.imageId).toBe(image.imageId);
    expect((await world.act(owner, couponId, 'publish')).status).toBe(200);
  });

  it('are not asked for where an answer is stored, or an edit changes nothing', async () => {
    const draft = await world.create(owner, { redeemedMessage: 'Enjoy.' });
    const everyone = await world.create(owner, { redeemedMessage: 'Enjoy.', audience: 'everyone' });
    const publish = { token: owner.token, key: newId() };
    const admin = await world.token({ role: 'tenant_admin', tenantId: owner.tenantId });
    const approve = { token: admin, key: newId(), ifMatch: '"2"' };
    const approval = `/v1/approvals/${everyone.couponId}/approve`;
    const published = await world.act(owner, draft.couponId, 'publish', publish);
    await world.act(owner, everyone.couponId, 'submit');
    const approved = await world.call('POST', approval, approve);
    expect([published.status, approved.status]).toEqual([200, 200]);
    const other = await world.create(owner, { redeemedMessage: 'Enjoy.' });
    const away = jest
      .spyOn(world.app.get(ImageFiles), 'hasAll')
      .mockRejectedValue(new Error('storage is away'));
    try {
      expect((await world.act(owner, draft.couponId, 'publish', publish)).body).toEqual(published.body);
      expect((await world.call('POST', approval, approve)).body).toEqual(approved.body);
      expect((await editImage(owner, draft.couponId, draft.imageId)).status).toBe(200);
      expect((await world.act(owner, draft.couponId, 'disable')).status).toBe(200);
      expect(away).not.toHaveBeenCalled();
      expect((await world.act(owner, other.couponId, 'publish')).status).toBe(500);
    } finally {
      away.mockRestore();
    }
    expect((await world.act(owner, other.couponId, 'publish')).status).toBe(200);
  });

  it('are removed once no coupon uses them and the time of grace is over, not before', async () => {
    const { body: used } = await upload(world, owner, new Uint8Array(await picture().png().toBuffer()));
    const bytes = new Uint8Array(await picture().png().toBuffer());
    const { body: unused } = await upload(world, owner, bytes);
    await world.create(owner, { imageId: used.imageId });
    const removal = world.app.get(RemoveUnusedImages, { strict: false });
    const url = unused.renditions[0]?.url ?? '';
    expect(await removal.run()).toBe(0);
    expect((await rendition(world, url)).status).toBe(200);

    await checkIsDue(world);
    expect(await removal.run()).toBeGreaterThanOrEqual(1);
    expect((await rendition(world, url)).status).toBe(404);
    expect((await rendition(world, used.renditions[0]?.url ?? '')).status).toBe(200);
    // The used one is asked again a day later.
    expect(await removal.run()).toBe(0);
    // Uploaded anew, it is there anew.
    const { body: anew } = await upload(world, owner, bytes);
    expect(anew.imageId).not.toBe(unused.imageId);
    expect((await rendition(world, url)).status).toBe(200);
  });

  it('go with a draft that is deleted, unless another coupon has them', async () => {
    const another = async () => {
      const bytes = new Uint8Array(await picture().png().toBuffer());
      return (await upload(world, owner, bytes)).body;
    };
    // The last was uploaded just now, perhaps for another draft that is open on a page still.
    const [alone, shared, fresh] = [await another(), await another(), await another()];
    const uploaded = [alone, shared, fresh];
    const drafts = [];
    for (const { imageId } of uploaded) drafts.push(await world.create(owner, { imageId }));
    await world.act(owner, drafts[1]?.couponId ?? '', 'duplicate');
    await uploadedLongAgo(world, [alone, shared]);
    for (const { couponId } of drafts)
      expect((await world.call('DELETE', `/v1/coupons/${couponId}`, { token: owner.token })).status).toBe(
        204,
      );
    await world.app.get(RemoveUnusedImages, { strict: false }).run();
    const statuses = [];
    for (const { renditions } of uploaded)
      statuses.push((await rendition(world, renditions[0]?.url ?? '')).status);
    expect(statuses).toEqual([404, 200, 200]);
  });

  it('are not removed while a coupon is taking them, nor taken while they are being removed', async () => {
    const { body: image } = await upload(world, owner, new Uint8Array(await picture().png().toBuffer()));
    const removal = world.app.get(RemoveUnusedImages, { strict: false });
    await checkIsDue(world);
    // The coupon has the image, and its transaction waits before its end: the removal must wait for it.
    const audit = await world.holdTable(owner, 'audit_entry');
    const created = world.create(owner, { imageId: image.imageId });
    await audit.waiting(1);
    const removed = removal.run();
    await audit.waiting(2);
    await audit.done();
    const { couponId } = await created;
    await removed;
    expect((await rendition(world, image.renditions[0]?.url ?? '')).status).toBe(200);
    expect((await world.act(owner, couponId, 'publish')).status).toBe(200);

    const { body: gone } = await upload(world, owner, new Uint8Array(await picture().png().toBuffer()));
    const removing = await world.removeImage(owner, gone.imageId);
    const late = world.problem('POST', '/v1/coupons', {
      token: owner.token,
      body: couponBody(owner, { imageId: gone.imageId }),
    });
    await removing.waiting(1);
    await removing.done();
    expect((await late).body).toMatchObject({ code: 'image_not_found' });
  });

  it('are not removed under an upload of the same bytes, whose lease is newer', async () => {
    const bytes = new Uint8Array(await picture().png().toBuffer());
    const { body: image } = await upload(world, owner, bytes);
    await checkIsDue(world);
    await upload(world, owner, bytes);
    await world.app.get(RemoveUnusedImages, { strict: false }).run();
    expect((await rendition(world, image.renditions[0]?.url ?? '')).status).toBe(200);
  });
});

describe('what is no image of a coupon', () => {
  let world: CatalogWorld;
  let owner: Owner;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'octopus-images-'));
    world = await CatalogWorld.start({ CATALOG_IMAGES_FOLDER: folder });
    owner = await world.owner();
  }, 120_000);
  afterAll(async () => {
    await world?.stop();
    await rm(folder, { recursive: true });
  });

  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><script>alert(1)</script></svg>';
  const refused: [string, string, () => Promise<Buffer>][] = [
    ['SVG with a script', 'image_is_svg', async () => Buffer.from(svg)],
    ['GIF', 'image_type_unsupported', () => picture().gif().toBuffer()],
    ['TIFF', 'image_type_unsupported', () => picture().tiff().toBuffer()],
    ['nothing', 'image_type_unsupported', async () => Buffer.alloc(0)],
    ['a PNG cut off', 'image_broken', async () => (await noise(700, 500)).subarray(0, 20_000)],
    [
      'a PNG of its first bytes',
      'image_broken',
      async () => (await picture().png().toBuffer()).subarray(0, 8),
    ],
    ['one column too few', 'image_too_small', () => picture(639, 360).png().toBuffer()],
    ['one row too few', 'image_too_small', () => picture(640, 359).png().toBuffer()],
    ['large enough until turned', 'image_too_small', () => turned(640, 360)],
    ['an image bomb', 'image_too_many_pixels', () => bomb()],
  ];

  it.each(refused)('%s: %s', async (_name, code, make) => {
    const before = await readdir(folder);
    const { body } = await upload(world, owner, new Uint8Array(await make()));
    expect(body.code).toBe(code);
    expect(await readdir(folder)).toEqual(before);
  });

  it.each([
    ['640 × 360', () => picture(640, 360).png().toBuffer()],
    ['turned', () => turned(360, 640)],
  ])('takes the least size: %s', async (_name, make) => {
    expect((await upload(world, owner, new Uint8Array(await make()))).status).toBe(201);
  });

  it('stops reading after 5 MB of a stream whose length nobody has said', async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const { status, body } = await upload(world, owner, endless);
    expect({ status, code: body.code }).toEqual({ status: 413, code: 'image_too_large' });
    expect(sent).toBeGreaterThanOrEqual(5_000_000);
    expect(sent).toBeLessThan(20_000_000);
  });

  it('refuses a length of more than 5 MB, and takes 5 MB as content to look at', async () => {
    const over = await upload(world, owner, new Uint8Array(5_000_001));
    expect({ status: over.status, code: over.body.code }).toEqual({ status: 413, code: 'image_too_large' });
    expect((await upload(world, owner, new Uint8Array(5_000_000))).body.code).toBe('image_type_unsupported');
  });

  it('takes bytes nowhere else, JSON not here, and nobody unknown', async () => {
    const bytes = new Uint8Array(await picture().png().toBuffer());
    expect((await upload(world, undefined, bytes)).status).toBe(401);
    expect((await upload(world, owner, '{}', 'application/json')).body.code).toBe('unsupported_media_type');
    const elsewhere = await fetch(`${await world.app.getUrl()}/v1/coupons`, {
      method: 'POST',
      headers: { 'content-type': 'image/png', authorization: `Bearer ${owner.token}` },
      body: bytes,
    });
    expect(elsewhere.status).toBe(415);
  });

  it('answers files by their own names only', async () => {
    const hash = 'a'.repeat(64);
    for (const path of [`${hash}/1280.webp`, `${hash}/..%2f..%2fetc`, `${hash}/9.webp`])
      expect((await rendition(world, `/v1/images/${path}`)).status).toBe(404);
    expect((await rendition(world, '/v1/images/..%2f..%2fetc/1280.webp')).status).toBe(400);
  });
});

function turned(width: number, height: number): Promise<Buffer> {
  return picture(width, height).jpeg().withMetadata({ orientation: 6 }).toBuffer();
}

async function noise(width: number, height: number): Promise<Buffer> {
  const create = {
    width,
    height,
    channels: 3 as const,
    noise: { type: 'gaussian' as const, mean: 128, sigma: 40 },
  };
  return sharp({ create: { ...create, background: '#000' } })
    .png()
    .toBuffer();
}

/** A few kilobytes that unpack to 100 million pixels. */
function bomb(): Promise<Buffer> {
  return sharp({ create: { width: 10_000, height: 10_000, channels: 3, background: '#000' } })
    .png()
    .toBuffer();
}
