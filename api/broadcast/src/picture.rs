//! SVG to pixels, with this crate's own fonts and nothing of the machine's.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

/// Where drawings come from.
pub struct Studio {
    sources: PathBuf,
    options: Options<'static>,
}

/// A drawing as pixels: `density` of them a unit of the drawing.
pub struct Sprite {
    pub pixels: Pixmap,
    pub density: f32,
    pub width: f32,
    pub height: f32,
}

impl Studio {
    /// Opens the folder of sources and loads its fonts.
    pub fn open(sources: &Path) -> Result<Self> {
        let mut fonts = fontdb::Database::new();
        for name in [
            "DejaVuSansCondensed-Bold.ttf",
            "DejaVuSerifCondensed-Bold.ttf",
        ] {
            let path = sources.join("fonts").join(name);
            let font = fs::read(&path)
                .with_context(|| format!("Failed to load the font {}", path.display()))?;
            fonts.load_font_data(font);
        }
        let options = Options {
            fontdb: Arc::new(fonts),
            font_family: "DejaVu Sans".to_owned(),
            ..Options::default()
        };
        Ok(Self {
            sources: sources.to_owned(),
            options,
        })
    }

    /// The drawing in a file below the sources.
    pub fn file(&self, path: &str, density: f32) -> Result<Sprite> {
        let full = self.sources.join(path);
        let svg = fs::read_to_string(&full)
            .with_context(|| format!("Failed to read {}", full.display()))?;
        self.drawing(&svg, density)
            .with_context(|| format!("Failed to draw {path}"))
    }

    /// A drawing given as text.
    pub fn drawing(&self, svg: &str, density: f32) -> Result<Sprite> {
        let tree = Tree::from_str(svg, &self.options).context("The SVG is broken")?;
        let (width, height) = (tree.size().width(), tree.size().height());
        let across = (width * density).ceil().max(1.0) as u32;
        let down = (height * density).ceil().max(1.0) as u32;
        let mut pixels = Pixmap::new(across, down).context("A picture of that size")?;
        resvg::render(
            &tree,
            Transform::from_scale(density, density),
            &mut pixels.as_mut(),
        );
        Ok(Sprite {
            pixels,
            density,
            width,
            height,
        })
    }
}
