// @ts-check
/**
 * One wallet in this browser: make, open, change, synchronise, lock and delete it. Screens call this; it knows no screens.
 * What is open lives in memory only; what lies on disk and on the server is the sealed container.
 */

import { base64url } from "./core/bytes.mjs";
import * as containers from "./core/container.mjs";
import { Problem, require } from "./core/problem.mjs";
import { emptyPayload, mergePayloads, newId, putRecord } from "./core/records.mjs";
import * as service from "./platform/service.mjs";
import { clearValues, readValue, writeValue } from "./platform/store.mjs";

/** @typedef {import("./platform/unlock.mjs").Unlock} Unlock */
/** @typedef {import("./core/records.mjs").Payload} Payload */
/** @typedef {{container: containers.Container, base: number, hash: string, pending: boolean}} Local what this browser keeps */

const LOCAL = "wallet";

/** @returns {Promise<Local | undefined>} */
export const findLocalWallet = () => readValue(LOCAL);

export class Wallet {
  /** @param {{local: Local, opened: containers.Opened, device: string, authenticator: string, token: string | null}} parts */
  constructor({ local, opened, device, authenticator, token }) {
    this.local = local;
    this.opened = opened;
    this.device = device;
    this.authenticator = authenticator;
    this.token = token;
    /** @type {Promise<unknown>} */
    this.queue = Promise.resolve();
    /** Called after every change, so that screens can follow. */
    this.onChange = () => {};
  }

  /** @returns {Payload} */
  get payload() {
    return this.opened.payload;
  }

  /** @returns {containers.Unlocker[]} */
  get unlockers() {
    return this.local.container.unlockers;
  }

  /** Not all changes have reached the server yet. */
  get pending() {
    return this.local.pending;
  }

  /** @param {containers.Unlocker["kind"]} kind */
  hasUnlocker(kind) {
    return this.unlockers.some((unlocker) => unlocker.kind === kind);
  }

  /**
   * Change the payload and save; changes wait for one another.
   * @param {(payload: Payload) => Payload} change
   */
  change(change) {
    return this.enqueue(() => this.save({ change }));
  }

  /**
   * Add a way to open this wallet, and open what was saved with it before anybody relies on it.
   * @param {Unlock} unlock @param {{replacing?: containers.Unlocker["kind"]}} [options]
   */
  addUnlocker(unlock, { replacing } = {}) {
    return this.enqueue(async () => {
      const unlocker = await containers.makeUnlocker({ wid: this.opened.wid, ...unlock, signPublic: this.opened.opener.signPublic });
      const kept = this.unlockers.filter((item) => item.kind !== replacing);
      const authenticator = { unlocker_id: unlocker.id, hash: await containers.authenticatorHash(unlock.secret, unlock.kind) };
      await this.save({ unlockers: [...kept, unlocker], authenticators: [authenticator], online: true });
      const shown = base64url(await containers.authenticatorOf(unlock.secret, unlock.kind));
      const session = await service.openSession(shown);
      const proven = await containers.openWithSecret(session.container, unlock);
      require(proven.opener.unlockerId === unlocker.id, "unlocker-unproven");
      if (kept.some((item) => item.id === this.opened.opener.unlockerId)) {
        await service.closeSession(session.token);
      } else {
        [this.opened, this.authenticator, this.token] = [proven, shown, session.token];
      }
      this.onChange();
    });
  }

  /** Send what is waiting, and fetch what other devices saved. */
  synchronise() {
    return this.enqueue(async () => {
      const remote = await this.withSession((token) => service.fetchContainer(token));
      if (remote.rev > this.local.base) await this.takeIn(remote);
      if (this.local.pending) await this.save({});
    });
  }

  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  enqueue(work) {
    const next = this.queue.then(work);
    this.queue = next.catch(() => undefined);
    return next;
  }

  /**
   * @param {{change?: (payload: Payload) => Payload, unlockers?: containers.Unlocker[],
   *          authenticators?: service.NewAuthenticator[], online?: boolean}} options
   */
  async save({ change = (payload) => payload, unlockers, authenticators = [], online = false }) {
    const before = { local: this.local, opened: this.opened };
    await this.sealNext(change(this.payload), unlockers ?? this.unlockers);
    for (let attempt = 0; attempt < 4; attempt++) {
      try {
        await this.withSession((token) => service.saveContainer(token, this.local.container, authenticators));
        await this.keep({ ...this.local, base: this.local.container.rev, pending: false });
        return;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (error.code === "stale-revision" && !unlockers) {
          await this.takeIn(await this.withSession((token) => service.fetchContainer(token)));
        } else if (error.code === "offline" && !online) {
          return; // it is sealed on this device; synchronise() sends it later
        } else {
          this.opened = before.opened;
          await this.keep(before.local);
          throw error;
        }
      }
    }
    throw new Problem("stale-revision");
  }

  /** Merge what another device saved and seal the result on top of it. @param {containers.Container} remote */
  async takeIn(remote) {
    checkNotOlder(remote, this.local);
    const theirs = await containers.openWithOpener(remote, this.opened.opener);
    const pending = this.local.pending;
    const hash = await containers.containerHash(remote);
    const merged = pending ? mergePayloads(this.payload, theirs.payload) : theirs.payload;
    this.opened = { ...theirs, payload: merged };
    await this.keep({ container: remote, base: remote.rev, hash, pending });
    if (pending) await this.sealNext(merged, remote.unlockers);
    this.onChange();
  }

  /** @param {Payload} payload @param {containers.Unlocker[]} unlockers */
  async sealNext(payload, unlockers) {
    const { wid, signJwk } = this.opened;
    const container = await containers.sealContainer({ wid, rev: this.local.base + 1, unlockers, payload, signJwk });
    this.opened = { ...this.opened, payload };
    await this.keep({ container, base: this.local.base, hash: await containers.containerHash(container), pending: true });
    this.onChange();
  }

  /** @param {Local} local */
  async keep(local) {
    this.local = local;
    await writeValue(LOCAL, local);
    this.onChange();
  }

  /** Do something with a session; a session that is over is begun again. @template T @param {(token: string) => Promise<T>} work @returns {Promise<T>} */
  async withSession(work) {
    if (this.token === null) this.token = (await service.openSession(this.authenticator)).token;
    try {
      return await work(this.token);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "unauthenticated") throw error;
      this.token = (await service.openSession(this.authenticator)).token;
      return work(this.token);
    }
  }

  /** Delete the wallet here and on the server, for good. */
  async deleteForGood() {
    await this.queue;
    await this.withSession((token) => service.deleteWallet(token));
    await clearValues();
  }

  /** Forget what is open. */
  async lock() {
    await this.queue;
    const token = this.token;
    this.token = null;
    if (token) await service.closeSession(token).catch(() => undefined);
  }
}

/**
 * Make a new wallet with its first unlocker, and open it again before saying it works.
 * @param {Unlock} unlock
 */
export async function makeWallet(unlock) {
  const wid = containers.newWalletId();
  const signJwk = await containers.makeSignKey();
  const signPublic = await publicHalf(signJwk);
  const unlocker = await containers.makeUnlocker({ wid, ...unlock, signPublic });
  const device = newId();
  const payload = putRecord(emptyPayload(), { kind: "activity", device, value: { type: "created", at: new Date().toISOString() } });
  const container = await containers.sealContainer({ wid, rev: 1, unlockers: [unlocker], payload, signJwk });
  const opened = await containers.openWithSecret(container, unlock);
  const authenticator = await containers.authenticatorOf(unlock.secret, unlock.kind);
  const hash = await containers.authenticatorHash(unlock.secret, unlock.kind);
  const { token } = await service.makeWallet(container, [{ unlocker_id: unlocker.id, hash }]);
  return begin({ container, opened, device, authenticator, token, pending: false, base: 1 });
}

/** @param {JsonWebKey} jwk */
async function publicHalf({ kty, crv, x }) {
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x }, "Ed25519", true, ["verify"]);
  return new Uint8Array(await crypto.subtle.exportKey("raw", key));
}

/**
 * Open the wallet: with the newest container when the service answers, with this browser's own copy when it does not.
 * @param {Unlock} unlock
 */
export async function openWallet(unlock) {
  const authenticator = await containers.authenticatorOf(unlock.secret, unlock.kind);
  const local = await findLocalWallet();
  const device = (await readValue("device")) ?? newId();
  try {
    const { token, container } = await service.openSession(base64url(authenticator));
    const mine = local?.container.wid === container.wid ? local : undefined;
    if (mine) checkNotOlder(container, mine);
    if (mine?.pending) {
      const opened = await containers.openWithSecret(mine.container, unlock);
      const wallet = await begin({ container: mine.container, opened, device, authenticator, token, pending: true, base: mine.base });
      await wallet.synchronise();
      return wallet;
    }
    const opened = await containers.openWithSecret(container, unlock);
    return begin({ container, opened, device, authenticator, token, pending: false, base: container.rev });
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "offline" || !local) throw error;
    const opened = await containers.openWithSecret(local.container, unlock);
    return begin({ container: local.container, opened, device, authenticator, token: null, pending: local.pending, base: local.base });
  }
}

/** @param {{container: containers.Container, opened: containers.Opened, device: string, authenticator: Uint8Array, token: string | null, pending: boolean, base: number}} parts */
async function begin({ container, opened, device, authenticator, token, pending, base }) {
  const local = { container, base, hash: await containers.containerHash(container), pending };
  await writeValue("device", device);
  await writeValue(LOCAL, local);
  return new Wallet({ local, opened, device, authenticator: base64url(authenticator), token });
}

/** A service that hands out an old revision is not believed. @param {containers.Container} remote @param {Local} local */
function checkNotOlder(remote, local) {
  require(remote.wid === local.container.wid && remote.rev >= local.base, "container-older");
}
