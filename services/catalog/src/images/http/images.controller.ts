import { id, imageView, type ImageView } from '#contracts';
import { CurrentPrincipal, type Principal, ProblemError, Public, Refuses, Roles } from '#platform';
import { Controller, Get, type OnModuleInit, Param, Post, Req, Res, StreamableFile } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { mostBytes, renditions } from '../domain/renditions.js';
import { ReadRendition } from '../read-rendition.js';
import { UploadImage } from '../upload-image.js';
import { bytesOf, takeImageBodies } from './receive-bytes.js';

const hashParam = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');
const files = renditions.map(({ file }) => file);
const fileParam = z.string().max(20);

@ApiTags('Images')
@Roles('channel_owner')
@Controller('v1/images')
export class ImagesController implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly uploadImage: UploadImage,
    private readonly readRendition: ReadRendition,
  ) {}

  onModuleInit(): void {
    takeImageBodies(this.host.httpAdapter.getInstance<FastifyInstance>());
  }

  @Post()
  @Refuses(
    'image_too_large',
    'image_type_unsupported',
    'image_is_svg',
    'image_broken',
    'image_too_small',
    'image_too_many_pixels',
  )
  @ApiOperation({
    summary: 'Upload an image for a coupon',
    description:
      'PNG, JPEG or WebP as the body itself, at most 5 MB, at least 640 × 360. It is cut to 16:9 around its middle. The same bytes give the same image. One that no coupon uses is removed after a day.',
  })
  @ApiConsumes('image/png', 'image/jpeg', 'image/webp', 'application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiCreatedResponse({ standardSchema: imageView })
  async upload(
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImageView> {
    if (!(request.body instanceof Readable))
      throw new ProblemError('unsupported_media_type', { detail: 'Send the image itself as the body.' });
    const length = request.headers['content-length'];
    try {
      const bytes = await bytesOf(request.body, mostBytes, length === undefined ? undefined : Number(length));
      return await this.uploadImage.run(principal, bytes);
    } catch (error) {
      // What is left of the body is not waited for.
      if (!request.body.readableEnded) void reply.header('connection', 'close');
      throw error;
    }
  }

  @Get(':imageId')
  @Refuses('image_not_found')
  @ApiOperation({ summary: 'Where the renditions of an image are' })
  @ApiOkResponse({ standardSchema: imageView })
  read(
    @CurrentPrincipal() principal: Principal,
    @Param('imageId', { schema: id }) imageId: string,
  ): Promise<ImageView> {
    return this.uploadImage.read(principal, imageId);
  }

  @Get(':hash/:file')
  @Public()
  @Refuses('image_not_found')
  @ApiOperation({
    summary: 'One rendition',
    description: `\`file\` is one of ${files.join(', ')}. Its address is in the image's \`renditions\`.`,
  })
  @ApiOkResponse({
    description: 'Never changes: may be cached for ever.',
    content: Object.fromEntries(
      ['image/webp', 'image/jpeg'].map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
    ),
  })
  async file(
    @Param('hash', { schema: hashParam }) hash: string,
    @Param('file', { schema: fileParam }) file: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { bytes, size, type } = await this.readRendition.run(hash, file);
    void reply.headers({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      etag: `"${hash}-${file}"`,
    });
    return new StreamableFile(bytes, { type, length: size });
  }
}
