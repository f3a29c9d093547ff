import { Alert, Page, PageSection, SkipToContent } from '@patternfly/react-core';
import { Suspense } from 'react';
import { Link, Navigate, Outlet, Route, createBrowserRouter, createRoutesFromElements, RouterProvider } from 'react-router-dom';

import { Boundary } from '../parts/Boundary';
import { clock } from '../parts/format';
import { Empty, Waiting } from '../parts/Page';
import { Toasts } from '../parts/Toasts';
import { text } from '../text/en';
import { ConfirmationNotice } from './confirmation';
import { Header } from './Header';
import { useLive } from './live';
import { Menu } from './Menu';
import { kMenus } from './pages';
import { useTheme } from './theme';

const kMain = 'main-content';

function StaleNotice() {
  const { isStale, answeredAt, status } = useLive();
  return (
    <div role="status" className="ek-stale">
      {isStale && <Alert component="p" variant="warning" isInline title={text.shell.stale}>{text.shell.staleText(clock(answeredAt))}</Alert>}
      {!isStale && status?.read_only && <Alert component="p" variant="warning" isInline title={text.shell.storeReadOnly} />}
    </div>
  );
}

function Footer() {
  const { status } = useLive();
  if (!status) return null;
  return <footer className="ek-footer">{text.shell.version(status.version)}</footer>;
}

function Frame() {
  const [theme, choose] = useTheme();
  return (
    <Toasts>
      <Page
        isManagedSidebar
        isContentFilled
        masthead={<Header theme={theme} choose={choose} />}
        sidebar={<Menu />}
        skipToContent={<SkipToContent href={`#${kMain}`}>{text.shell.skip}</SkipToContent>}
        mainContainerId={kMain}
        mainTabIndex={0} // scrolled by keys too, where nothing in it takes the focus
        mainAriaLabel={text.product}
      >
        <StaleNotice />
        <div className="ek-stale"><ConfirmationNotice /></div>
        <Boundary>
          <Suspense fallback={<PageSection><Waiting /></PageSection>}>
            <Outlet />
          </Suspense>
        </Boundary>
        <Footer />
      </Page>
    </Toasts>
  );
}

function NotFound() {
  return <PageSection isFilled><Empty level="h1" title={text.shell.notFound} body={text.shell.notFoundText}><Link to="/overview">{text.shell.toOverview}</Link></Empty></PageSection>;
}

const router = createBrowserRouter(
  createRoutesFromElements(
    <Route element={<Frame />}>
      <Route index element={<Navigate to="/overview" replace />} />
      {kMenus.flatMap((menu) => menu.pages).map(({ path, view: View }) => <Route key={path} path={`${path}/*`} element={<View />} />)}
      <Route path="*" element={<NotFound />} />
    </Route>,
  ),
  { basename: import.meta.env.BASE_URL.replace(/\/$/, '') },
);

export function Shell() {
  return <RouterProvider router={router} />;
}
