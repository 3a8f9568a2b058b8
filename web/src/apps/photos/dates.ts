/** Dates of photos as people read them: by the clock of the camera, whatever zone one is in now. */
import { locale } from '../../lib/words/words.svelte';

const made = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs fifty times what using one does. */
function format(local: string, how: Intl.DateTimeFormatOptions): string {
  const key = locale() + JSON.stringify(how);
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(locale(), { ...how, timeZone: 'UTC' }));
  return made.get(key)!.format(new Date(local.length > 10 ? `${local}Z` : local));
}

/** "12" */
export const dayNumber = (day: string): string => String(Number(day.slice(8, 10)));

/** "June", of this year; "June 2019" */
export const monthYear = (day: string, now = new Date()): string =>
  format(day, { month: 'long', ...(Number(day.slice(0, 4)) === now.getFullYear() ? {} : { year: 'numeric' }) });

/** Of "2019-06": "June 2019" */
export const monthText = (month: string): string => format(`${month}-01`, { month: 'long', year: 'numeric' });

/** "12 June 2025, 10:12" */
export const takenText = (local: string): string => format(local, { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' });
export const shortText = (local: string): string => format(local, { day: 'numeric', month: 'short', year: 'numeric' });
/** A local time so many minutes later. */
export const shifted = (local: string, minutes: number): string => new Date(Date.parse(`${local}Z`) + minutes * 60_000).toISOString().slice(0, 19);
export const weekday = (local: string): string => format(local, { weekday: 'long' });

/** "UTC+2", "UTC+5:30" */
export function zoneText(minutes: number): string {
  const ahead = Math.abs(minutes);
  const rest = ahead % 60 ? `:${String(ahead % 60).padStart(2, '0')}` : '';
  return minutes === 0 ? 'UTC' : `UTC${minutes < 0 ? '−' : '+'}${Math.floor(ahead / 60)}${rest}`;
}

/** "0:41", "1:02:03" */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const end = String(rest).padStart(2, '0');
  return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${end}` : `${minutes}:${end}`;
}

/** "1/640 s", "2.5 s" */
export const exposureText = (seconds: number): string => (seconds >= 0.3 ? `${Number(seconds.toFixed(1))} s` : `1/${Math.round(1 / seconds)} s`);

/** "Barcelona, Spain" */
export function townText({ name, country }: { name: string; country: string }): string {
  const land = country ? new Intl.DisplayNames(locale(), { type: 'region', fallback: 'code' }).of(country) : '';
  return land && land !== name ? `${name}, ${land}` : name;
}

/** "41.3851° N, 2.1734° E": letters of the compass, which the three languages share but for west and east. */
export function placeText({ latitude, longitude }: { latitude: number; longitude: number }, [north, south, east, west]: readonly [string, string, string, string], digits = 4): string {
  const part = (value: number, plus: string, minus: string) => `${Math.abs(value).toFixed(digits)}° ${value < 0 ? minus : plus}`;
  return `${part(latitude, north, south)}, ${part(longitude, east, west)}`;
}
