import { Global, Module } from '@nestjs/common';
import { RedisConnection } from './redis-connection.js';

/** Part of PlatformModule. */
@Global()
@Module({ providers: [RedisConnection], exports: [RedisConnection] })
export class RedisModule {}
