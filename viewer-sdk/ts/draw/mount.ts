/** Keeping the overlay over the picture, wherever the host moves its video. */
import { pictureIn } from "./place.js";

/** Puts `element` over the picture of `video`, or fills `container`; the function it returns ends that. */
export function mount(element: HTMLElement, video: HTMLVideoElement, container: HTMLElement | undefined, onSize: () => void): () => void {
  if (container) container.append(element);
  // Right behind the video: what the host stacks later, its controls, stays on top and can be reached.
  else video.after(element);

  const follow = (): void => {
    const at = container
      ? pictureIn({ width: container.clientWidth, height: container.clientHeight }, { width: 0, height: 0 })
      : overVideo(video);
    for (const side of ["left", "top", "width", "height"] as const) element.style.setProperty(side, `${at[side]}px`);
    onSize();
  };
  const sizes = new ResizeObserver(follow);
  sizes.observe(container ?? video);
  // The video may move without changing its own size: its parent does then, nearly always.
  if (!container && video.parentElement) sizes.observe(video.parentElement);
  video.addEventListener("resize", follow);
  follow();
  return () => {
    sizes.disconnect();
    video.removeEventListener("resize", follow);
  };
}

/** Measured as the video's sibling measures: from the box that both are placed in. */
function overVideo(video: HTMLVideoElement): { left: number; top: number; width: number; height: number } {
  const box = { width: video.offsetWidth, height: video.offsetHeight };
  const fit = getComputedStyle(video).objectFit;
  const picture = pictureIn(box, fit === "contain" ? { width: video.videoWidth, height: video.videoHeight } : { width: 0, height: 0 });
  return { ...picture, left: video.offsetLeft + picture.left, top: video.offsetTop + picture.top };
}
