import { render } from "preact";
import { adoptToken } from "./client";
import { Home } from "./pages/home";
import { Phone } from "./pages/phone";
import { Station } from "./pages/station";
import { Status } from "./pages/status";
import "./styles/base.css";
import "./styles/wall.css";
import "./styles/bars.css";
import "./styles/upright.css";
import "./styles/phone.css";
import "./styles/sheets.css";
import { applyTheme } from "./theme";

function Page() {
  const [, room, rest] = /^\/([^/]*)\/?([^/]*)\/?$/.exec(location.pathname) ?? [];
  const id = decode(rest ?? "");
  if (room === "station" && id) return <Station id={id} />;
  if (room === "phone" && id) return <Phone id={id} />;
  if (room === "status" && !rest) return <Status />;
  if (room === "" && !rest) return <Home />;
  return (
    <p class="plain">
      There is no page at {location.pathname}. <a href="/">All stations</a>
    </p>
  );
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

adoptToken();
applyTheme();
const page = document.getElementById("page");
if (page) {
  page.textContent = "";
  render(<Page />, page);
}
