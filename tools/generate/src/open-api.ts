import type { Type } from '@nestjs/common';
import { serviceNames, type ServiceName } from '#contracts';
import { describeService } from '#platform';
import { CatalogModule } from '../../../services/catalog/src/catalog.module.js';
import { NotificationModule } from '../../../services/notification/src/notification.module.js';
import { RedemptionModule } from '../../../services/redemption/src/redemption.module.js';
import { SchedulerModule } from '../../../services/scheduler/src/scheduler.module.js';
import { TargetingModule } from '../../../services/targeting/src/targeting.module.js';
import { jsonFile, type GeneratedFile } from './generated-file.js';

const modules: Record<ServiceName, Type> = {
  catalog: CatalogModule,
  redemption: RedemptionModule,
  scheduler: SchedulerModule,
  notification: NotificationModule,
  targeting: TargetingModule,
};

/** docs/api/<service>.openapi.json of every service, read from its controllers; nothing runs and no server is needed. */
export async function openApiFiles(): Promise<GeneratedFile[]> {
  const files: GeneratedFile[] = [];
  for (const service of serviceNames)
    files.push(
      jsonFile(`docs/api/${service}.openapi.json`, await describeService(service, modules[service])),
    );
  return files;
}
