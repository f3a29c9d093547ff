// What the load balancer is doing now: the status, asked for every second and whenever an event comes, and the events
// themselves. One for the whole page; it begins with sign-in, ends with sign-out, and recovers by itself.

import { ApiError, get, open } from './client';
import { Meter } from './meter';
import { share } from './share';
import { MessageParser, type Message } from './sse';
import { everyService, isSmallFarm, isWhole, statusOf, statusOfAll, summaryOfAll } from './status';
import type { EventRow, Machine, ServiceStatus, Status } from './types';

const kPollMs = 1000;
const kStaleMs = 5000;
const kSilenceMs = 40_000; // the stream has a comment line every 15 s
const kMostEvents = 1000;
const kMostSamples = 300;

export interface Sample {
  at: number;
  bytes: number;
  connections: number;
  active: number;
  load: number;
  memory: number; // bytes in use
}

export interface Snapshot {
  status: Status | null;
  /** Of a large farm: those services whose real servers are looked at. */
  details: ReadonlyMap<string, ServiceStatus>;
  events: EventRow[];
  samples: Sample[];
  answeredAt: number;
  isStale: boolean;
  hasStream: boolean;
  lost: number;
}

const kNothing: Snapshot = {
  status: null, details: new Map(), events: [], samples: [], answeredAt: 0, isStale: false, hasStream: false, lost: 0,
};

export class Live {
  private snapshot = kNothing;
  private readonly listeners = new Set<() => void>();
  private stopped = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = false;
  private askAgain = false;
  private lastId = '0';
  private meter = new Meter();
  private wholeWanted = 0;
  private lookedAt: ReadonlySet<string> = new Set();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): Snapshot => this.snapshot;

  start(): void {
    this.stopped = new AbortController();
    this.lastId = '0';
    this.meter = new Meter();
    this.change(kNothing);
    void this.poll();
    void this.follow(this.stopped.signal);
  }

  stop(): void {
    this.stopped.abort();
    clearTimeout(this.timer);
    this.change(kNothing);
  }

  /** As after a change: what it did is to be seen at once. */
  readonly refresh = (): void => {
    if (this.asking) this.askAgain = true;
    else void this.poll();
  };

  /** As long as somebody shows all real servers. The answer ends that. */
  readonly wantWhole = (): (() => void) => {
    this.wholeWanted += 1;
    if (this.snapshot.status && !isWhole(this.snapshot.status)) this.refresh();
    return () => {
      this.wholeWanted -= 1;
    };
  };

  /** Of a large farm only the real servers of these services are asked for. */
  readonly lookAt = (services: readonly string[]): void => {
    const isKnown = services.every((label) => this.snapshot.details.has(label));
    this.lookedAt = new Set(services);
    if (!isKnown) this.refresh();
  };

  private async ask(signal: AbortSignal): Promise<Pick<Snapshot, 'status' | 'details'>> {
    const before = this.snapshot.status;
    if (this.wholeWanted > 0 || (before && isSmallFarm(before))) return { status: await statusOfAll(signal), details: new Map() };
    const lookedAt = everyService(before).filter(({ label }) => this.lookedAt.has(label));
    const [status, found] = await Promise.all([summaryOfAll(signal), Promise.allSettled(lookedAt.map((service) => statusOf(service, signal)))]);
    if (isWhole(status) || isSmallFarm(status)) return { status: isWhole(status) ? status : await statusOfAll(signal), details: new Map() };
    return { status, details: this.renewed(status, found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))) };
  }

  /** What was looked at before stays known, as long as there is such a service. */
  private renewed(status: Status, found: ServiceStatus[]): Map<string, ServiceStatus> {
    const { details } = this.snapshot;
    const kept = everyService(status).flatMap(({ label }) => details.get(label) ?? []);
    return new Map([...kept, ...found.map((service) => share(details.get(service.label), service))].map((service) => [service.label, service]));
  }

  private change(part: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...part };
    for (const listener of this.listeners) listener();
  }

  private async poll(): Promise<void> {
    clearTimeout(this.timer);
    const { signal } = this.stopped;
    this.asking = true;
    const began = performance.now();
    try {
      const [{ status, details }, machine] = await Promise.all([this.ask(signal), get<Machine>('system', {}, signal)]);
      const samples = status ? this.with(sampleOf(status, this.meter, machine)) : this.snapshot.samples;
      this.change({ status: share(this.snapshot.status, status), details, samples, answeredAt: Date.now(), isStale: false });
    } catch {
      if (!signal.aborted && Date.now() - this.snapshot.answeredAt > kStaleMs) this.change({ isStale: true });
    }
    this.asking = false;
    if (signal.aborted) return;
    const cost = performance.now() - began; // a large farm is asked less often
    this.timer = setTimeout(() => void this.poll(), this.askAgain ? 50 : Math.max(kPollMs - cost, 3 * cost, 100));
    this.askAgain = false;
  }

  private with(sample: Sample): Sample[] {
    return [...this.snapshot.samples.slice(1 - kMostSamples), sample];
  }

  private async follow(signal: AbortSignal): Promise<void> {
    for (let wait = 500; !signal.aborted; wait = Math.min(wait * 2, 5000)) {
      const arrived = await this.readStream(signal);
      if (signal.aborted) return;
      this.change({ hasStream: false });
      if (arrived) wait = 500;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  /** Whether anything came before it ended. */
  private async readStream(outer: AbortSignal): Promise<boolean> {
    let arrived = false;
    const own = new AbortController();
    const end = () => own.abort();
    outer.addEventListener('abort', end);
    let silence = setTimeout(end, kSilenceMs);
    try {
      const headers = { Accept: 'text/event-stream', 'Last-Event-ID': this.lastId };
      const answer = await open('events', {}, headers, own.signal);
      const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
      const parser = new MessageParser();
      this.change({ hasStream: true });
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        arrived = true;
        clearTimeout(silence);
        silence = setTimeout(end, kSilenceMs);
        this.take(parser.push(value));
      }
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) end();
    } finally {
      clearTimeout(silence);
      outer.removeEventListener('abort', end);
    }
    return arrived;
  }

  private take(messages: Message[]): void {
    if (messages.length === 0) return;
    const lost = messages.filter((message) => message.event === 'lost').length;
    if (lost > 0) this.lastId = '0'; // evenkeeld was restarted: its ids begin again
    const rows = messages.filter((message) => message.event !== 'lost').map((message) => JSON.parse(message.data) as EventRow);
    if (rows.length > 0) this.lastId = String(rows[rows.length - 1]!.id);
    const known = new Set(this.snapshot.events.map(keyOf));
    const events = [...this.snapshot.events, ...rows.filter((row) => !known.has(keyOf(row)))].slice(-kMostEvents);
    this.change({ events, lost: this.snapshot.lost + lost });
    this.refresh();
  }
}

function keyOf(row: EventRow): string {
  return `${row.id} ${row.at}`;
}

export function sampleOf(status: Status, meter: Meter, { load, memory }: Machine): Sample {
  const active = everyService(status).reduce((sum, { counters, traffic }) => sum + (counters?.active ?? traffic?.connections ?? 0), 0);
  return { at: Date.parse(status.at) / 1000, ...meter.take(status), active, load: load[0], memory: memory.total - memory.available };
}
