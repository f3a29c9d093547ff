import { Alert, AlertActionCloseButton, AlertActionLink, AlertGroup } from '@patternfly/react-core';
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from 'react';

export interface Toast {
  title: string;
  body?: ReactNode;
  variant?: 'success' | 'warning' | 'danger' | 'info';
  action?: { label: string; run: () => void };
}

const ToastContext = createContext<(toast: Toast) => void>(() => undefined);

/** Says what happened, in a corner, for a while. */
export function useToast(): (toast: Toast) => void {
  return useContext(ToastContext);
}

export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<(Toast & { key: number })[]>([]);
  const remove = useCallback((key: number) => setToasts((before) => before.filter((toast) => toast.key !== key)), []);
  const add = useCallback((toast: Toast) => setToasts((before) => [...before.slice(-4), { ...toast, key: Date.now() + Math.random() }]), []);
  const list = useMemo(
    () =>
      toasts.map((toast) => (
        <Alert component="p"
          key={toast.key}
          variant={toast.variant ?? 'success'}
          title={toast.title}
          timeout={toast.variant === 'danger' ? false : 15_000}
          onTimeout={() => remove(toast.key)}
          actionClose={<AlertActionCloseButton title={toast.title} onClose={() => remove(toast.key)} />}
          actionLinks={
            toast.action && (
              <AlertActionLink
                onClick={() => {
                  remove(toast.key);
                  toast.action?.run();
                }}
              >
                {toast.action.label}
              </AlertActionLink>
            )
          }
        >
          {toast.body}
        </Alert>
      )),
    [toasts, remove],
  );
  return (
    <ToastContext.Provider value={add}>
      {children}
      <AlertGroup isToast isLiveRegion>{list}</AlertGroup>
    </ToastContext.Provider>
  );
}
