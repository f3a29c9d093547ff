import { ActionGroup, Button, Form, FormGroup, FormHelperText, FormSelect, FormSelectOption, HelperText, HelperTextItem, Label, TextArea } from '@patternfly/react-core';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'react-router-dom';

import { get } from '../../api/client';
import { change, servicePath } from '../../api/services';
import type { Layer } from '../../api/types';
import { useLive } from '../../app/live';
import { useMay } from '../../app/session';
import { Failure } from '../../parts/Failure';
import { Loaded, Page } from '../../parts/Page';
import { UnsavedGuard } from '../../parts/UnsavedGuard';
import { useAnnounce } from '../../parts/useAnnounce';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { Preview } from './Preview';

const names = text.fallback;
const kMost = 65_536;

interface StoredPage {
  html: string;
  source: 'built_in' | 'common' | 'own';
  shown: string;
}

interface Place {
  path: string;
  label: string;
  /** In this page's address. */
  of: string;
}

function placeOf(layer: Layer, label: string): Place {
  const of = servicePath(layer, label);
  return { path: `${of}/fallback-page`, label, of };
}

function usePlaces(): Place[] {
  const { status } = useLive();
  return useMemo(() => [
    { path: 'fallback-page', label: names.all, of: '' },
    ...(status?.virtual_services ?? []).map(({ label }) => placeOf(4, label)),
    ...(status?.layer7.services ?? []).filter(({ mode }) => mode === 'http').map(({ label }) => placeOf(7, label)),
  ], [status]);
}

function Editor({ place, stored, reload }: { place: Place; stored: StoredPage; reload: () => void }) {
  const [html, setHtml] = useState(stored.html);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const mayChange = useMay('administrator');
  const announce = useAnnounce();
  const size = new TextEncoder().encode(html).length;
  const isDirty = html !== stored.html;
  const send = async (wanted: string) => {
    setBusy(true);
    setError(null);
    try {
      announce(wanted ? names.updated : names.removed, await change('PUT', place.path, { html: wanted }), reload);
      setHtml(wanted);
      reload();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <Form aria-label={text.page.fallback} onSubmit={(event) => { event.preventDefault(); void send(html); }}>
      {error !== null && <Failure error={error} title={text.services.problems} />}
      <div className="ek-halves">
        <FormGroup label={names.html} fieldId="html">
          <TextArea id="html" className="ek-mono" rows={18} spellCheck={false} value={html} placeholder={names.nothing} readOnlyVariant={mayChange ? undefined : 'default'} validated={size > kMost ? 'error' : 'default'} onChange={(_, typed) => setHtml(typed)} />
          <FormHelperText>
            <HelperText isLiveRegion={size > kMost}><HelperTextItem variant={size > kMost ? 'error' : 'default'}>{names.size(Math.ceil(size / 1024))} {names.htmlHelp}</HelperTextItem></HelperText>
          </FormHelperText>
        </FormGroup>
        <FormGroup label={names.preview} role="group" fieldId="preview">
          <div className="ek-labels ek-above"><Label isCompact color={stored.source === 'own' ? 'blue' : 'grey'}>{isDirty ? names.draft : names.source[stored.source]}</Label></div>
          <Preview html={html || stored.shown} />
        </FormGroup>
      </div>
      {mayChange && (
        <ActionGroup>
          <Button type="submit" isLoading={isBusy} isDisabled={isBusy || !isDirty || size > kMost}>{text.action.update}</Button>
          {html === '' && <Button variant="secondary" onClick={() => setHtml(stored.shown)}>{names.begin}</Button>}
          {stored.html !== '' && <Button variant="secondary" isDanger isDisabled={isBusy} onClick={() => void send('')}>{names.remove}</Button>}
          {isDirty && <Button variant="link" onClick={() => setHtml(stored.html)}>{text.action.cancel}</Button>}
        </ActionGroup>
      )}
      <UnsavedGuard isDirty={isDirty && !isBusy} />
    </Form>
  );
}

/** What clients see while no real server takes them: for all, or of one virtual service. */
export default function FallbackPage() {
  const places = usePlaces();
  const [parameters, setParameters] = useSearchParams();
  const place = places.find(({ of }) => of === parameters.get('of')) ?? places[0]!;
  const loaded = useLoaded(async (signal) => ({ path: place.path, stored: await get<StoredPage>(place.path, {}, signal) }), place.path);
  return (
    <Page title={text.page.fallback} lead={names.lead}>
      <div className="ek-stack">
        <FormSelect aria-label={names.where} value={place.of} className="ek-medium" onChange={(_, chosen) => setParameters(chosen ? { of: chosen } : {})}>
          {places.map((one) => <FormSelectOption key={one.path} value={one.of} label={one.label} />)}
        </FormSelect>
        <Loaded loaded={loaded}>
          {(value) => value.path === place.path && <Editor key={`${value.path} ${value.stored.html}`} place={place} stored={value.stored} reload={loaded.reload} />}
        </Loaded>
      </div>
    </Page>
  );
}
