import sharp, { type Sharp } from 'sharp';

/** A sky, a sun and a hill in the tints of one hue: cheap to compress, and tells fixtures apart. */
export function scene(width: number, height: number, hue: number): Sharp {
  return draw(
    width,
    height,
    `<linearGradient id="sky" x2="0" y2="1">
       <stop offset="0" stop-color="hsl(${hue},70%,35%)"/>
       <stop offset="1" stop-color="hsl(${hue},70%,80%)"/>
     </linearGradient>
     <rect width="100%" height="100%" fill="url(#sky)"/>
     <circle cx="60%" cy="35%" r="15%" fill="hsl(${hue + 180},90%,60%)"/>
     <ellipse cx="30%" cy="100%" rx="50%" ry="25%" fill="hsl(${hue + 90},50%,30%)"/>`,
  );
}

/** Four colours that tell which way is up: red and green above, blue and yellow below. */
export function quadrants(width: number, height: number): Sharp {
  return draw(
    width,
    height,
    `<rect width="50%" height="50%" fill="#f00"/>
     <rect x="50%" width="50%" height="50%" fill="#0f0"/>
     <rect y="50%" width="50%" height="50%" fill="#00f"/>
     <rect x="50%" y="50%" width="50%" height="50%" fill="#ff0"/>`,
  );
}

/** A disc in the middle of nothing: everything outside it is transparent, its rim half so. */
export function disc(width: number, height: number): Sharp {
  return drawTransparent(
    width,
    height,
    `<circle cx="50%" cy="50%" r="30%" fill="#07c" stroke="#07c" stroke-opacity="0.5"
       stroke-width="10%"/>`,
  );
}

function draw(width: number, height: number, shapes: string): Sharp {
  return drawTransparent(width, height, shapes).removeAlpha();
}

function drawTransparent(width: number, height: number, shapes: string): Sharp {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"
    shape-rendering="crispEdges">${shapes}</svg>`;
  return sharp(Buffer.from(svg));
}
