import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Public } from '../auth/access.decorators.js';
import { currentContext } from '../context/request-context.js';
import { edgeApp } from '../http/testing/edge-app.js';
import { loadTracing } from './load-tracing.js';
import { Tracing } from './tracing.js';

const given = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

@Public()
@Controller('things')
class ThingsController {
  @Get(':id')
  one(): object {
    return { ...currentContext() };
  }
}

describe('tracing', () => {
  describe('with somewhere to send spans to', () => {
    let collector: Server;
    const received: { path: string; body: string }[] = [];
    let endpoint: string;
    beforeAll(async () => {
      collector = createServer((request, response) => {
        const parts: Buffer[] = [];
        request.on('data', (part: Buffer) => parts.push(part));
        request.on('end', () => {
          received.push({ path: request.url ?? '', body: Buffer.concat(parts).toString('latin1') });
          response.setHeader('content-type', 'application/json').end('{}');
        });
      });
      await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done));
      endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    });
    afterAll(() => new Promise((done) => collector.close(done)));

    it('records each request as a child of its caller, and hands the span on', async () => {
      const { app } = await edgeApp([ThingsController], { env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } });
      const answer = await app.inject({ url: '/things/7', headers: { traceparent: given } });
      const { traceparent } = answer.json<{ traceparent: string }>();
      expect(traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/);
      expect(traceparent).not.toBe(given);
      await app.close();
      const [sent] = received;
      expect(sent?.path).toBe('/v1/traces');
      expect(sent?.body).toContain('GET /things/:id');
      expect(sent?.body).toContain('octopus-catalog');
    });
  });

  it('is nothing but the passing on of the given trace when there is nowhere to send spans to', async () => {
    const tracing = await loadTracing('catalog', {});
    expect(tracing.constructor).toBe(Tracing);
    expect(tracing.enabled).toBe(false);
    expect(tracing.start('x', 'server', given).traceparent).toBe(given);
    expect(tracing.start('x', 'server', undefined).traceparent).toBeUndefined();
  });
});
