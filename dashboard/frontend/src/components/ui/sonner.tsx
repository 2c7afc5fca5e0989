import { Toaster as Sonner, type ToasterProps } from "sonner";
import { useIsDark } from "@/lib/theme";

/** Where toasts appear: bottom right, three at most. */
export function Toaster(props: ToasterProps) {
  return (
    <Sonner
      theme={useIsDark() ? "dark" : "light"}
      position="bottom-right"
      visibleToasts={3}
      style={
        {
          "--normal-bg": "var(--popover)",
          "--normal-text": "var(--popover-foreground)",
          "--normal-border": "var(--border)",
        } as React.CSSProperties
      }
      {...props}
    />
  );
}
