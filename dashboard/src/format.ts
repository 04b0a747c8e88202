// Numbers and names as people read them. Unknown is a dash, never a zero.

export const UNKNOWN = "–";

export function fixed(value: number | null | undefined, digits: number): string {
  return value === null || value === undefined || !Number.isFinite(value) ? UNKNOWN : value.toFixed(digits);
}

/** A load: as many decimals as it needs, at most two. */
export function kg(value: number | null | undefined): string {
  return value === null || value === undefined ? UNKNOWN : String(Math.round(value * 100) / 100);
}

export function percent(value: number | null | undefined): string {
  // −0 would print as "-0"
  return value === null || value === undefined ? UNKNOWN : `${Math.round(value) || 0}`;
}

/** Minutes and seconds; hours only when there are any. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** How long ago, in words short enough for a banner. */
export function age(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** `back_squat` → "Back squat": an identifier whose name hasn't arrived. */
export function fromId(id: string): string {
  const words = id.replace(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const REASONS: Record<string, string> = {
  too_small: "too small",
  too_large: "too large",
  too_short: "too short",
  too_long: "too long",
  out_of_order: "wrong order",
  unlike_set: "unlike the set",
  unrack: "unrack",
  rerack: "rerack",
  isolated: "alone",
  gap: "samples lost",
  failed: "failed",
  dropped: "dropped",
  withdrawn: "not confirmed",
  by_hand: "by hand",
};

/** Why a movement doesn't count, in two words. */
export function reason(code: string | null): string {
  return code === null ? "not counted" : (REASONS[code] ?? fromId(code).toLowerCase());
}

export const GOALS: Record<string, string> = {
  technique: "Technique",
  power: "Power",
  strength_in_season: "Strength, in season",
  strength_off_season: "Strength, off season",
  hypertrophy: "Hypertrophy",
  taper: "Taper",
};

export const ROLES: Record<string, string> = { warm_up: "Warm-up", work: "Work", back_off: "Back-off" };

export function time(utc: string | null, zone: string | undefined): string {
  return inZone(utc, zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

export function date(utc: string | null, zone: string | undefined): string {
  return inZone(utc, zone, { day: "numeric", month: "short", year: "numeric" });
}

function inZone(utc: string | null, zone: string | undefined, options: Intl.DateTimeFormatOptions): string {
  if (utc === null) return UNKNOWN;
  try {
    return new Date(utc).toLocaleString("en-GB", { ...options, timeZone: zone });
  } catch {
    return new Date(utc).toLocaleString("en-GB", options); // a zone this browser doesn't know
  }
}
