import { Module } from '@nestjs/common';
import { FollowersController } from './http/followers.controller.js';
import { UsersController } from './http/users.controller.js';
import { PlatformFollowConsumer } from './kafka/platform-follow.consumer.js';
import { PlatformUserConsumer } from './kafka/platform-user.consumer.js';
import { AppUserStore } from './store/app-user.store.js';
import { FollowerStore } from './store/follower.store.js';
import { ListFollowers } from './use-cases/list-followers.js';
import { SubmitFollow } from './use-cases/submit-follow.js';
import { SubmitUser } from './use-cases/submit-user.js';
import { TakeFollow } from './use-cases/take-follow.js';
import { TakeUser } from './use-cases/take-user.js';

@Module({
  controllers: [FollowersController, UsersController, PlatformFollowConsumer, PlatformUserConsumer],
  providers: [AppUserStore, FollowerStore, ListFollowers, SubmitFollow, SubmitUser, TakeFollow, TakeUser],
})
export class TargetingModule {}
