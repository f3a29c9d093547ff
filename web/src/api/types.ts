// What the API answers, as docs/api.md has it. Only what the pages use.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export type Layer = 4 | 7;
export type Role = 'administrator' | 'operator' | 'viewer';

export interface Session {
  user: string;
  role: Role;
  csrf_token: string | null;
  idle_seconds: number | null;
  expires_at: string | null;
}

export interface Problem {
  path: string;
  message: string;
  hint?: string;
}

export interface Check {
  state: 'up' | 'down' | 'unknown';
  since: string;
  reason: string;
  last_probe: string | null;
}

export interface OperatorAction {
  state: 'online' | 'drain' | 'halt';
  author: string;
  reason: string;
  at: string;
  deadline: string | null;
}

export interface Counters {
  packets: number;
  bytes: number;
  connections: number;
  active: number;
  inactive: number;
  packets_out: number;
  bytes_out: number;
}

export interface ProxyTraffic {
  connections: number;
  queued: number;
  total: number;
  rate: number;
  request_rate: number;
  bytes_in: number;
  bytes_out: number;
  connect_errors: number;
  server_errors: number;
}

export type ServerState = 'up' | 'standby' | 'down' | 'unknown' | 'drained' | 'halted' | 'failed';
export type ServiceState = 'up' | 'degraded' | 'down' | 'offline' | 'failed';

export interface RealServerStatus {
  label: string;
  address: string;
  port: number;
  state: ServerState;
  since: string;
  reason: string;
  weight: number;
  effective_weight: number;
  priority?: number;
  operator_action: OperatorAction | null;
  last_probe: string | null;
  server_check: Check;
  path_check?: Check | null;
  feedback: { state: string; percent: number | null; answer: string; reason: string } | null;
  next_hop?: string;
  alarm?: string;
  counters?: Counters;
  traffic?: ProxyTraffic;
}

export interface ServiceStatus {
  label: string;
  address: string;
  ports: string;
  protocol?: string;
  forwarding_method?: string;
  mode?: string;
  persistence?: string;
  scheduler: string;
  state: ServiceState;
  fallback_active: boolean;
  panic: boolean;
  reason: string;
  active_tier?: number;
  interface: string;
  alarm?: string;
  half_open: number;
  counters?: Counters;
  traffic?: ProxyTraffic;
  real_servers: RealServerStatus[];
}

/** A virtual service of a large farm: how many of its real servers are how, in place of themselves. */
export type ServiceSummary = Omit<ServiceStatus, 'real_servers'> & { real_servers?: RealServerStatus[]; server_states?: Partial<Record<ServerState, number>> };

export interface Status {
  version: string;
  revision: number;
  read_only: boolean;
  at: string;
  notices: { object: string; message: string }[];
  connection_table: { size: number; used: number };
  alerts: { channel: string; waiting: number; last_sent: string | null; last_subject: string; error: string; failed_at: string | null }[];
  virtual_services: ServiceSummary[];
  layer7: { old_workers: number; services: ServiceSummary[] };
}

/** With every real server of every virtual service. */
export interface WholeStatus extends Status {
  virtual_services: ServiceStatus[];
  layer7: { old_workers: number; services: ServiceStatus[] };
}

export interface Machine {
  load: [number, number, number]; // over 1, 5 and 15 minutes
  memory: { total: number; available: number };
  uptime_seconds: number;
}

export interface Rates {
  connections: number;
  packets: number;
  bytes: number;
  packets_out: number;
  bytes_out: number;
}

export type RatesByTime = Record<'1s' | '10s' | '60s', Rates | null>;

export interface TrafficRow {
  label: string;
  counters: Counters;
  rates: RatesByTime;
}

export interface Traffic {
  at: string;
  virtual_services: (TrafficRow & { forwarding_method: string; real_servers: TrafficRow[] })[];
}

export type PacketRates = Record<'1s' | '10s' | '60s', number | null>;

export interface Reason {
  name: string;
  description: string;
  packets: number;
  remedy: string;
  rates: PacketRates;
  virtual_service_count: number;
  virtual_services: { label: string; packets: number; rates: PacketRates }[]; // the most first, not all of very many
}

export interface ConnectionRow {
  protocol: string;
  expire: number;
  state: string;
  source: string;
  virtual: string;
  destination: string;
  source_address: string | null;
  virtual_service: string;
  real_server: string;
  source_name?: string | null;
}

export interface PersistenceRow {
  client: string;
  expire: number;
  confirmed: boolean;
  destination: string;
  virtual_service: string;
  real_server: string;
}

/** How a long text changes: "-old", "+new", " same", "@@ line 12". */
export interface TextChange {
  lines: string[];
  left_out: number;
}

export interface PlanField {
  field: string;
  from: string; // of a long text, its size
  to: string;
  text: TextChange | null;
}

export interface PlanChange {
  kind: 'added' | 'removed' | 'modified';
  object: string;
  renamed_from: string;
  fields: PlanField[];
}

export interface Plan {
  changes: PlanChange[];
}

export interface Change {
  revision: number | null;
  dry_run: boolean;
  plan: Plan;
  warnings: string[]; // each "PATH: what to mind"
  confirmation?: Confirmation | null;
  layer7: null | 'commands' | 'reload';
  applied_ms: number;
}

/** A change that is taken back unless somebody confirms it in time. */
export interface Confirmation {
  revision: number;
  until: string;
  author: string;
  back_to: number;
}

export interface Revision {
  number: number;
  at: string;
  author: string;
  comment: string;
  restores: number | null;
}

export interface EventRow {
  id: number;
  at: string;
  kind: string;
  object: string;
  message: string;
}

export interface Evidence {
  reason: string;
  rule: string;
  request: string;
  answer: string;
  connected_ms: number | null;
  secured_ms: number | null;
  first_byte_ms: number | null;
}

export interface Probe {
  check: string;
  at: string;
  ms: number;
  outcome: 'success' | 'failure' | 'unclear' | 'not_checked';
  evidence: Evidence | null;
}

export interface HealthReport {
  virtual_service: string;
  real_server: string;
  state: string;
  since: string;
  sentence: string;
  look_at: string;
  repeat_with: string | null;
  probes: Probe[];
}

export interface ProbeResult extends Probe {
  look_at: string;
  repeat_with: string | null;
}

export interface ArpDiagnosis {
  virtual_addresses: {
    address: string;
    interface: string;
    healthy: boolean;
    claimants: { mac: string; real_server: string; address: string }[];
    keepers: { virtual_service: string; real_server: string; address: string; path_check: Check | null; half_open: number; claims_address: boolean }[];
  }[];
  remedies: { real_server: string; address: string; system: string; title: string; commands: string; note: string }[];
}

export interface ServiceList {
  revision: number;
  services: JsonObject[];
}
