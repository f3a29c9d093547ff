import '@patternfly/react-core/dist/styles/base.css';
import './style.css';

import { Bullseye, Spinner } from '@patternfly/react-core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { LiveProvider } from './app/live';
import { loadOverview } from './app/pages';
import { SessionProvider, useSession } from './app/session';
import { Shell } from './app/Shell';
import { SignIn } from './app/SignIn';
import { Failure } from './parts/Failure';
import { text } from './text/en';

function App() {
  const { session, isKnown, unreachable, ask } = useSession();
  if (!isKnown) return <Bullseye><Spinner aria-label={text.shell.loading} /></Bullseye>;
  if (unreachable) {
    return <Bullseye><main><Failure error={unreachable} title={text.shell.failed} again={() => void ask()} /></main></Bullseye>;
  }
  if (!session) return <SignIn />;
  return <LiveProvider><Shell /></LiveProvider>;
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <SessionProvider>
      <App />
    </SessionProvider>
  </StrictMode>,
);
void loadOverview();
