import { useState, type ReactNode } from 'react';

import { ApiError } from '../../api/client';
import { change } from '../../api/services';
import { statusOfAll } from '../../api/status';
import type { Change, JsonObject } from '../../api/types';
import { Confirm } from '../../parts/Confirm';
import { PlanView } from '../../parts/PlanView';
import { text } from '../../text/en';
import { connectionsOf, endsConnections } from './connections';

interface Request {
  method: 'POST' | 'PATCH';
  path: string;
  body: JsonObject;
  revision: number | null;
  confirmWithin?: number | null;
  service: string;
  server?: string;
}

interface Steps {
  onDone: (done: Change) => void;
  onRefused: (error: unknown) => void;
  onConflict?: () => void;
}

interface Pending {
  request: Request;
  steps: Steps;
  plan: Change;
  connections: number;
}

export interface ChangeControl {
  isBusy: boolean;
  apply: (request: Request, steps: Steps) => Promise<void>;
  dialog: ReactNode;
}

/** A change with its plan first; one that ends connections is asked about, with how many. */
export function useChange(): ChangeControl {
  const [isBusy, setBusy] = useState(false);
  const [pending, setPending] = useState<Pending | null>(null);

  const send = async ({ method, path, body, revision, confirmWithin }: Request, steps: Steps, dryRun: boolean): Promise<Change | null> => {
    setBusy(true);
    try {
      return await change(method, path, body, { revision, dryRun, confirmWithin: dryRun ? null : confirmWithin });
    } catch (error) {
      const isConflict = error instanceof ApiError && [409, 412].includes(error.status) && error.problems.length === 0;
      if (isConflict && steps.onConflict) steps.onConflict();
      else steps.onRefused(error);
      return null;
    } finally {
      setBusy(false);
    }
  };

  const commit = async (request: Request, steps: Steps) => {
    const done = await send(request, steps, false);
    if (done) steps.onDone(done);
  };

  const apply = async (request: Request, steps: Steps) => {
    if (request.method === 'POST') return commit(request, steps);
    const plan = await send(request, steps, true);
    if (!plan) return undefined;
    const connections = plan.plan.changes.some(endsConnections) ? connectionsOf(await statusOfAll(), request.service, request.server) : 0;
    if (connections === 0) return commit(request, steps);
    setPending({ request, steps, plan, connections });
    return undefined;
  };

  const dialog = pending && (
    <Confirm
      title={text.services.planTitle} action={text.action.confirm} size="medium" isDanger isBusy={isBusy} onCancel={() => setPending(null)}
      onConfirm={() => { setPending(null); void commit(pending.request, pending.steps); }}
    >
      <div className="ek-stack">
        <strong>{text.services.drops(pending.connections)}</strong>
        {pending.plan.layer7 === 'reload' && <p>{text.services.reload}</p>}
        <p>{text.services.planLead}</p>
        <PlanView plan={pending.plan.plan} />
      </div>
    </Confirm>
  );
  return { isBusy, apply, dialog };
}
