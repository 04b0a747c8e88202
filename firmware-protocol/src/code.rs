use core::fmt;
use core::marker::PhantomData;

/// An enumeration whose variants are small numbers on the wire.
pub trait Code: Copy + 'static {
    /// Every variant that this version of the protocol knows.
    const ALL: &'static [Self];

    /// The variant's number on the wire.
    fn code(self) -> u8;

    /// The variant of a number, or `None` for a number that this version doesn't know.
    #[must_use]
    fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.code() == code)
    }
}

/// Defines an enumeration and its [`Code`] from one list, so that they can't disagree.
macro_rules! codes {
    ($(#[$about:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $name {
            $($(#[$note])* $variant = $code,)+
        }

        impl $crate::Code for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn code(self) -> u8 {
                self as u8
            }
        }
    };
}
pub(crate) use codes;

/// A set of codes below 16, one bit each: bit *n* stands for code *n*.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Set<T> {
    bits: u16,
    of: PhantomData<T>,
}

impl<T: Code> Set<T> {
    /// The set with nothing in it.
    pub const EMPTY: Self = Self { bits: 0, of: PhantomData };

    /// The set of these members.
    #[must_use]
    pub fn of(members: &[T]) -> Self {
        members.iter().fold(Self::EMPTY, |set, &member| set.with(member))
    }

    /// This set and one more member.
    #[must_use]
    pub fn with(self, member: T) -> Self {
        Self { bits: self.bits | bit(member), of: PhantomData }
    }

    /// Whether the member is in the set.
    #[must_use]
    pub fn contains(self, member: T) -> bool {
        self.bits & bit(member) != 0
    }

    /// The members, in the order of their codes' definition.
    pub fn iter(self) -> impl Iterator<Item = T> {
        T::ALL.iter().copied().filter(move |&member| self.contains(member))
    }

    /// The set as it stands on the wire.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.bits
    }

    /// The set of the known codes among the bits; the others are dropped.
    #[must_use]
    pub fn from_bits(bits: u16) -> Self {
        Self { bits: bits & Self::of(T::ALL).bits, of: PhantomData }
    }
}

fn bit<T: Code>(member: T) -> u16 {
    1_u16.checked_shl(member.code().into()).unwrap_or(0)
}

impl<T: Code> Default for Set<T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<T: Code + fmt::Debug> fmt::Debug for Set<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
