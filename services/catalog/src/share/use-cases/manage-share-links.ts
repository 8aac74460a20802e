import type { ShareLinkView } from '#contracts';
import {
  type CommandOutcome,
  type CommandRequest,
  IdempotentCommands,
  type Principal,
  ProblemError,
  TenantDatabase,
} from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { CatalogConfig } from '../../config.js';
import { AuditStore } from '../../store/audit.store.js';
import { CouponStore } from '../../store/coupon.store.js';
import { DatabaseClock } from '../../store/database-clock.js';
import type { Coupon } from '../../domain/coupon.js';
import { maySee } from '../../use-cases/may-see.js';
import { cutPage, oneMore, type Page, type PageRequest } from '../../use-cases/page.js';
import { newShareCode } from '../domain/share-code.js';
import { ShareLinkStore, type StoredLink } from '../store/share-link.store.js';

/** What an owner does with the links to a coupon. Making and revoking one stands in the coupon's audit log. */
@Injectable()
export class ManageShareLinks {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly database: TenantDatabase,
    private readonly clock: DatabaseClock,
    private readonly coupons: CouponStore,
    private readonly links: ShareLinkStore,
    private readonly audit: AuditStore,
    private readonly config: CatalogConfig,
  ) {}

  create(command: CommandRequest, couponId: string): Promise<CommandOutcome<ShareLinkView>> {
    const { principal } = command;
    return this.commands.run(command, async (tx) => {
      const { status } = await this.owned(tx, principal, couponId);
      if (status === 'draft' || status === 'pending_approval' || status === 'finished')
        throw new ProblemError('wrong_state', { detail: `A coupon that is ${status} cannot be shared.` });
      const createdAt = await this.clock.now(tx);
      const link = { linkId: uuidv7(), couponId, code: newShareCode(), createdAt };
      await this.links.insert(tx, principal.tenantId, link);
      await this.note(tx, principal, { before: null, after: link });
      return { status: 201, body: this.view(link) };
    });
  }

  /** The latest first. @throws ProblemError coupon_not_found */
  list(principal: Principal, couponId: string, page: PageRequest<string>): Promise<Page<ShareLinkView>> {
    const { tenantId } = principal;
    return this.database.read(tenantId, async (tx) => {
      await this.seen(tx, principal, couponId);
      const links = await this.links.list(tx, tenantId, couponId, oneMore(page));
      return cutPage(
        links.map((link) => this.view(link)),
        page.limit,
      );
    });
  }

  /** Of a link that is still good. @throws ProblemError share_link_not_found */
  find(principal: Principal, couponId: string, linkId: string): Promise<ShareLinkView> {
    return this.database.read(principal.tenantId, async (tx) => {
      await this.seen(tx, principal, couponId);
      return this.view(await this.linkOf(tx, principal, couponId, linkId));
    });
  }

  revoke(command: CommandRequest, couponId: string, linkId: string): Promise<CommandOutcome<null>> {
    const { principal } = command;
    return this.commands.run(command, async (tx) => {
      await this.owned(tx, principal, couponId);
      const link = await this.linkOf(tx, principal, couponId, linkId);
      await this.links.revoke(tx, principal.tenantId, linkId);
      await this.note(tx, principal, { before: link, after: null });
      return { status: 204, body: null };
    });
  }

  private async linkOf(
    tx: EntityManager,
    { tenantId }: Principal,
    couponId: string,
    linkId: string,
  ): Promise<StoredLink> {
    const link = await this.links.find(tx, tenantId, linkId);
    if (link?.couponId !== couponId) throw new ProblemError('share_link_not_found');
    return link;
  }

  /** Locked, so that a link is made or revoked before or after the coupon changes, not meanwhile. */
  private async owned(tx: EntityManager, principal: Principal, couponId: string): Promise<Coupon> {
    const coupon = await this.coupons.lock(tx, principal.tenantId, couponId);
    if (coupon === null || !maySee(principal, coupon.channelId)) throw new ProblemError('coupon_not_found');
    return coupon;
  }

  /** Without a lock: who only looks waits for nobody. */
  private async seen(tx: EntityManager, principal: Principal, couponId: string): Promise<void> {
    const channelId = await this.links.channelOf(tx, principal.tenantId, couponId);
    if (channelId === null || !maySee(principal, channelId)) throw new ProblemError('coupon_not_found');
  }

  private async note(
    tx: EntityManager,
    { tenantId, subject }: Principal,
    { before, after }: { before: StoredLink | null; after: StoredLink | null },
  ): Promise<void> {
    const couponId = (after ?? before)?.couponId ?? '';
    const by = { kind: 'person', id: subject } as const;
    const at = await this.clock.now(tx);
    const action = after === null ? 'revoke-link' : 'share';
    await this.audit.add(tx, tenantId, { couponId }, { before, after, action, by, at });
  }

  private view({ createdAt, ...link }: StoredLink): ShareLinkView {
    const url = `${this.config.CATALOG_SHARE_URL}/${link.code}`;
    return { ...link, url, createdAt: createdAt.toISOString() };
  }
}
